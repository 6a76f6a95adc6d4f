using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MailResponder.Tests.Fuzz;

/// <summary>Fuzzes every target on every processor. Each target gets the same share of the time.</summary>
internal sealed class FuzzRun(FuzzTarget[] targets, FuzzLimit limit, ulong seed)
{
    private static readonly TimeSpan Share = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, Finding> _findings = [];
    private readonly long[] _next = new long[targets.Length];
    private readonly int[] _broken = new int[targets.Length];

    public IReadOnlyCollection<Finding> Findings => [.. _findings.Values];

    public void Run()
    {
        var threads = new Thread[Environment.ProcessorCount];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work, 1024 * 1024);
            threads[i].Start();
        }

        foreach (var thread in threads)
            thread.Join();
    }

    public string Report()
    {
        var seconds = limit.Elapsed.TotalSeconds;
        var perTarget = string.Join(", ",
            targets.Select((target, i) => string.Create(CultureInfo.InvariantCulture, $"{target.Name} {_next[i]}")));
        return string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {limit.Done} executions in {seconds:F1} s, {limit.Done / seconds:F0} a second, "
            + $"{_findings.Count} findings ({perTarget})");
    }

    private void Work()
    {
        var workers = Array.ConvertAll(targets, target => new FuzzWorker(target, seed));
        while (!limit.IsReached)
        {
            for (var i = 0; i < workers.Length && !limit.IsReached; i++)
            {
                if (_broken[i] < 5)
                    Work(i, workers[i]);
            }
        }
    }

    private void Work(int target, FuzzWorker worker)
    {
        const int batch = 64;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Share)
        {
            var first = Interlocked.Add(ref _next[target], batch) - batch;
            for (var number = first; number < first + batch; number++)
            {
                var input = worker.Input(number);
                if (worker.Run(input) is { } breaks)
                    Keep(target, worker, input, breaks);
            }

            limit.Count(batch);
        }
    }

    private void Keep(int target, FuzzWorker worker, byte[] input, string breaks)
    {
        var finding = Finding.Of(targets[target], worker, input, breaks);
        if (_findings.TryAdd(targets[target].Name + Finding.Kind(finding.Breaks), finding))
            Interlocked.Increment(ref _broken[target]);
    }
}
