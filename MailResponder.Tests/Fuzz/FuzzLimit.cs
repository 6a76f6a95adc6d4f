using System.Diagnostics;
using System.Globalization;

namespace MailResponder.Tests.Fuzz;

/// <summary>How long to fuzz: for a time, or for a number of executions. The environment sets it.</summary>
internal sealed class FuzzLimit
{
    private readonly long _executions = long.MaxValue;
    private readonly TimeSpan _time = TimeSpan.MaxValue;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _done;

    /// <param name="text">A time such as "60s", or a number of executions.</param>
    public FuzzLimit(string text)
    {
        if (text.EndsWith('s'))
            _time = TimeSpan.FromSeconds(double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture));
        else
            _executions = long.Parse(text, CultureInfo.InvariantCulture);
    }

    public long Done => Interlocked.Read(ref _done);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public bool IsReached => Done >= _executions || Elapsed >= _time;

    public void Count(int executions) => Interlocked.Add(ref _done, executions);
}
