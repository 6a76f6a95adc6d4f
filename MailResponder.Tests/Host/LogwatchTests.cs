namespace MailResponder.Tests.Host;

/// <summary>Tests system/logwatch/ in the real logwatch, mounted in place of /etc/logwatch.</summary>
public sealed class LogwatchTests : IDisposable
{
    private static readonly string Today =
        DateTime.Now.ToString("yyyy-MM-ddT10:00:00.123456+00:00", System.Globalization.CultureInfo.InvariantCulture);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Messages_AreCountedByResultAndReason_WithoutReceiptsAndProblems()
    {
        Log(
            "replied address=get@example.com replies=2 ms=9 queue_id=4c1 receipts=outbox/4c1-secret.eml,sendmail",
            "replied address=get@example.com replies=1 ms=9 queue_id=4c2 receipts=sendmail:5f0c6f4b",
            "replied address=links@example.com replies=1 ms=9 queue_id=4c3 receipts=sendmail:5f0c6f4b",
            "skipped reason=over-quota address=get@example.com ms=4 queue_id=4c4",
            "skipped reason=null-sender address=unknown ms=4 queue_id=4c5",
            "skipped reason=over-quota address=get@example.com replies=1 ms=4 queue_id=4c6 receipts=sendmail:5f0c6f4b",
            "deferred reason=database address=unknown replies=0 ms=6 queue_id=- problem=\"the disk is full "
            + "reason=planted\"",
            "failed reason=refused address=get@example.com replies=0 ms=5 queue_id=4c7 problem=\"entry 1: refused\"",
            "pull s3://example-config/responses.json: line 3: no address",
            "limit limits.service_per_day=4 reached: messages from everybody wait in Postfix's queue",
            "book: the last good one stays in force: /etc/mail_responder/responses.json:3: entry 1: planted",
            "something that nobody knows");
        var report = Logwatch("--detail", "high");

        Assert.Contains("""
             Replied:       3  (5 mails)
                      2  get@example.com
                      1  links@example.com
             Skipped:       3
                      2  over-quota
                      1  null-sender
             Deferred:      1
                      1  database
             Failed:        1
                      1  refused
             Warnings and faults of "config pull": 1
             Lines that a limit is reached: 1
             Answered from the last good response book, because the book has a fault: 1
             Lines of another form: 1

            """, report, StringComparison.Ordinal);
        foreach (var word in (string[])["secret", "sendmail", "disk is full", "planted", "entry 1"])
            Assert.DoesNotContain(word, report, StringComparison.Ordinal);
    }

    /// <summary>Probes and canaries are counted nowhere, but their lines are not reported as unknown.</summary>
    [Fact]
    public void EveryResult_IsKnown()
    {
        Log([.. Enum.GetValues<Result>().Select(
            result => $"{result.Hyphenated()} address=get@example.com replies=1 ms=9 queue_id=4c1 receipts=ses:1")]);
        var report = Logwatch();
        Assert.Matches("Replied: +1 ", report);
        Assert.DoesNotContain("another form", report, StringComparison.Ordinal);
    }

    [Fact]
    public void RequestedAddresses_AreForThoseWhoAskForDetail()
    {
        Log("replied address=get@example.com replies=2 ms=9 queue_id=4c1 receipts=sendmail:5f0c6f4b,sendmail:07d1e3a9");
        Assert.DoesNotContain("get@example.com", Logwatch("--detail", "low"), StringComparison.Ordinal);
    }

    [Fact]
    public void DayWithoutALine_IsNotMentioned()
    {
        Log();
        Assert.DoesNotContain("Mail responder", Logwatch(), StringComparison.Ordinal);
    }

    /// <summary>Logwatch finds the days in a log with RFC 3339 times, and in the rotated log.</summary>
    [Fact]
    public void OtherDays_AreLeftOut()
    {
        Log("skipped reason=spam address=unknown ms=4 queue_id=4c1");
        _folder.Write("mail_responder.log.1",
            "2020-02-02T10:00:00.123456+00:00 mx mail_responder[7]: skipped reason=loop address=unknown ms=4 "
            + "queue_id=4c0\n");

        var report = Logwatch("--range", "today");
        Assert.Contains("1  spam", report, StringComparison.Ordinal);
        Assert.DoesNotContain("loop", report, StringComparison.Ordinal);
        Assert.Contains("1  loop", Logwatch("--archives", "--range", "all"), StringComparison.Ordinal);
    }

    private void Log(params string[] lines) =>
        _folder.Write("mail_responder.log",
            string.Concat(lines.Select(line => $"{Today} mx mail_responder[7]: {line}\n")));

    private string Logwatch(params string[] more)
    {
        string[] range = more.Contains("--range") ? [] : ["--range", "all"];
        return ToolRun.Of("unshare",
        [
            "--mount", "sh", "-c", "mount --bind \"$1\" /etc/logwatch && shift && exec logwatch \"$@\"", "sh",
            Repository.PathTo("system", "logwatch"), "--service", "mail_responder", "--logdir", _folder.Path,
            "--output",
            "stdout", .. range, .. more,
        ]).AssertDone();
    }
}
