using System.Globalization;
using System.Text;
using MailResponder.Settings;

namespace MailResponder.Logs;

/// <summary>
/// Writes two lines for each message: one for people, and the same facts as JSON for programs. Neither names the
/// requester.
/// </summary>
/// <param name="settings">The settings. Null if they cannot be read: the log then uses its defaults.</param>
/// <param name="target">Where the lines go. Null: as the settings say.</param>
/// <param name="clock">The source of each line's time.</param>
internal sealed class MessageLog(ResponderSettings? settings, LogTarget? target, TimeProvider clock)
{
    private const int MaxProblemLength = 600;
    private readonly LogTarget _target = target ?? settings?.LogTo ?? LogTarget.Syslog;
    private readonly SyslogFacility _facility = settings?.SyslogFacility ?? SyslogFacility.Local0;
    private readonly SyslogFacility _eventFacility = settings?.EventFacility ?? SyslogFacility.Local1;
    private readonly SyslogSocket _syslog = new(settings?.SyslogSocket ?? "/dev/log", clock);

    public void Write(Outcome outcome, TimeSpan elapsed)
    {
        var milliseconds = (long)elapsed.TotalMilliseconds;
        var line = Line(outcome, milliseconds);
        if (outcome.Alarm is not null)
            Warn(outcome.Alarm);
        if (_target == LogTarget.Stderr)
        {
            StandardError.WriteLine(line);
            return;
        }

        var severity = outcome.Result switch
        {
            // There may be thousands of these. One alarm reports them all.
            Result.Deferred when outcome.Cause == Cause.Limit => SyslogSeverity.Info,
            Result.Deferred => SyslogSeverity.Error,
            Result.Failed => SyslogSeverity.Warning,
            _ => SyslogSeverity.Info,
        };
        _syslog.Write(_facility, severity, line);
        _syslog.Write(_eventFacility, severity, Event(outcome, milliseconds, clock.GetUtcNow()));
    }

    /// <summary>Writes a line of severity err that is not about a single message.</summary>
    public void Warn(string text)
    {
        if (_target == LogTarget.Stderr)
            StandardError.WriteLine(text);
        else
            _syslog.Write(_facility, SyslogSeverity.Error, text);
    }

    /// <summary>Returns the line for people: the result, name=value words, and a quoted problem at the end.</summary>
    internal static string Line(Outcome outcome, long milliseconds)
    {
        var line = new StringBuilder(Name(outcome.Result));
        if (outcome.Reason is not null)
            line.Append(" reason=").Append(outcome.Reason);
        line.Append(" address=").Append(outcome.Address);
        if (outcome.Result != Result.Skipped || outcome.Receipts.Count > 0)
            line.Append(CultureInfo.InvariantCulture, $" replies={outcome.Receipts.Count}");
        line.Append(CultureInfo.InvariantCulture, $" ms={milliseconds} queue_id={outcome.QueueId}");
        if (outcome.Receipts.Count > 0)
            line.Append(" receipts=").AppendJoin(',', outcome.Receipts);
        if (outcome.Problem is not null)
            line.Append(" problem=\"").Append(OneLine(outcome.Problem)).Append('"');
        return line.ToString();
    }

    /// <summary>
    /// Returns the same name as <see cref="Words.Hyphenated"/>, without the reflection that the names of an enum need.
    /// </summary>
    private static string Name(Result result) => result switch
    {
        Result.Replied => "replied",
        Result.Skipped => "skipped",
        Result.Deferred => "deferred",
        Result.Probe => "probe",
        Result.Canary => "canary",
        _ => "failed",
    };

    /// <summary>Returns the line for programs, which <see cref="MessageEvent"/> reads.</summary>
    internal static string Event(Outcome outcome, long milliseconds, DateTimeOffset time)
    {
        var receipts = string.Join(',', outcome.Receipts.Select(Quoted));
        var problem = outcome.Problem is null ? null : OneLine(outcome.Problem);
        return $"{{\"time\":\"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFFFK}\"," +
            $"\"result\":{Quoted(Name(outcome.Result))},\"reason\":{Quoted(outcome.Reason)}," +
            $"\"address\":{Quoted(outcome.Address)},\"replies\":{outcome.Receipts.Count},\"ms\":{milliseconds}," +
            $"\"queue_id\":{Quoted(outcome.QueueId)},\"receipts\":[{receipts}],\"problem\":{Quoted(problem)}}}";
    }

    /// <summary>
    /// Returns a JSON string (RFC 8259, section 7). Utf8JsonWriter is slower here: it first builds a table of all
    /// characters.
    /// </summary>
    private static string Quoted(string? value)
    {
        if (value is null)
            return "null";
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c is < ' ' or > '~')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// Replaces characters that break the line, and limits its length. Cuts between characters, because half of a
    /// surrogate pair is not valid in JSON.
    /// </summary>
    private static string OneLine(string problem)
    {
        var line = new StringBuilder(Math.Min(problem.Length, MaxProblemLength));
        foreach (var character in problem.EnumerateRunes())
        {
            if (line.Length >= MaxProblemLength)
                return line.Append('…').ToString();
            line.Append(character.ToString() switch
            {
                "\"" => "'",
                [var c] when LineText.Breaks(c) || LineText.Misleads(c) => " ",
                var whole => whole,
            });
        }

        return line.ToString();
    }
}
