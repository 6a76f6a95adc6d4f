using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>What became of the last messages, from the log.</summary>
internal static class ReplyChecks
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);

    public static IEnumerable<Finding> Look(Host host)
    {
        // Right after a rotation the news of yesterday is in the file before.
        List<(DateTimeOffset Time, string Text)> lines =
            [.. LogTail.Lines(host.PathTo(LogChecks.Log + ".1")).Concat(LogTail.Lines(host.PathTo(LogChecks.Log)))
            .Select(Read).OfType<(DateTimeOffset, string)>()];
        const string name = "last-reply";
        var log = new FileInfo(host.PathTo(LogChecks.Log));
        if (lines.Count == 0 && !host.IsRoot && log is { Exists: true, Length: > 0 })
        {
            yield return Finding.Warning(name, $"only root may read {LogChecks.Log}", "run: sudo responder doctor");
            yield break;
        }

        var replied = lines.FindLast(line => line.Text.StartsWith("replied ", StringComparison.Ordinal));
        yield return replied == default
            ? Finding.Warning(name, "the log knows of no reply",
            "mail a request to one of your addresses from outside, and look again; here: responder send --to YOU "
            + "--as ADDRESS")
            : host.Now - replied.Time > Long
                ? Finding.Warning(name, $"{(host.Now - replied.Time).InWords()} ago",
                "mail a request to one of your addresses from outside, and look at /var/log/mail.log")
                : Finding.Ok(name, (host.Now - replied.Time).InWords() + " ago");
        var deferred = lines.FindLast(
            line => line.Text.StartsWith("deferred ", StringComparison.Ordinal)
            && !line.Text.Contains("reason=in-progress", StringComparison.Ordinal));
        if (deferred != default && deferred.Time > replied.Time && host.Now - deferred.Time < Long)
            yield return Finding.Warning("last-deferral",
                $"{(host.Now - deferred.Time).InWords()} ago, with no reply since: {deferred.Text.OneLine()}",
                "mend what it names; then: postqueue -f");
        else
            yield return Finding.Ok("last-deferral",
                replied == default ? "the log knows of none" : "none since the last reply");
    }

    /// <summary>
    /// A line as the rsyslog rule writes it: time, host, mail_responder[process]:, text. Null for any other.
    /// </summary>
    private static (DateTimeOffset, string)? Read(string line)
    {
        const string ident = " mail_responder[";
        var (blank, tag) = (line.IndexOf(' '), line.IndexOf(ident, StringComparison.Ordinal));
        var text = tag < 0 ? -1 : line.IndexOf("]: ", tag, StringComparison.Ordinal);
        return text >= 0 && DateTimeOffset.TryParse(
            line.AsSpan(0, blank), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? (time, line[(text + 3)..])
            : null;
    }
}
