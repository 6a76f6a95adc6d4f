using MailResponder.Reporting.PostfixLog;
using MailResponder.Tests.Host;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.PostfixLog;

/// <summary>Mails of every kind through a private Postfix, and what of each there was.</summary>
internal sealed class MixedTraffic : IDisposable
{
    const string Limits = """
        maximal_queue_lifetime = 15s
        bounce_queue_lifetime = 15s
        message_size_limit = 20000
        smtpd_sender_restrictions = check_sender_access inline:{ zahra.refused@freemail.test=REJECT }

        """;

    /// <summary>What is sent beside plain requests, and the reason for which each stays unanswered.</summary>
    static readonly (string Reason, string? Sender, string Headers, string Recipient)[] skips =
    [
        ("null-sender", "<>", "", "get@example.com"),
        ("robot-sender", "owner-people@freemail.test", "", "get@example.com"),
        ("auto-submitted", null, "Auto-Submitted: auto-replied\r\n", "get@example.com"),
        ("bulk-precedence", null, "Precedence: bulk\r\n", "links@example.com"),
        ("mailing-list", null, "List-Id: <people.freemail.test>\r\n", "get@example.com"),
        ("spam", null, "X-Spam-Flag: YES\r\n", "fa@example.com"),
        ("unknown-address", null, "", "nobody.here@example.com"),
    ];

    int sent;

    public MixedTraffic(string sample, string more = "", string? syslogSocket = null)
    {
        Place = new Workplace();
        Place.Book[2]!["send_method"] = "sendmail";
        Place.Settings["postfix_log"] = new System.Text.Json.Nodes.JsonObject { ["database"] = PostfixLogOfARealPostfix.Database(Place) };
        if (syslogSocket is not null) Place.Settings["syslog_socket"] = syslogSocket;
        Place.Write();
        Postfix = new PrivatePostfix(Place, sample, Limits + more);
        Place.SendThrough($"""
            exec /usr/bin/python3 -c '
            import smtplib, sys
            with smtplib.SMTP("127.0.0.1", {Postfix.UnfilteredPort}) as smtp:
                smtp.sendmail(sys.argv[3], [sys.argv[5]], sys.stdin.buffer.read())
            ' "$@"
            """);
        Mend();
    }

    public Workplace Place { get; }

    public PrivatePostfix Postfix { get; }

    /// <summary>Answered mails; two of them after they were put off.</summary>
    public int Answered { get; private set; }

    public int Expired { get; private set; }

    public int Deferred { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>Requests, answered or not.</summary>
    public int Received => sent;

    public static IReadOnlyList<string> SkipReasons => [.. skips.Select(skip => skip.Reason), "over-quota"];

    public void Send()
    {
        for (var i = 0; i < 3; i++) Accept(RequestMail.FromSomebodyNew());
        var often = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        for (var i = 0; i < 3; i++) Accept(often.Again(), "links@example.com");
        Postfix.WaitUntilQueueIsEmpty();
        Answered += 6;
        Accept(often.Again(), "links@example.com"); // over quota
        foreach (var (_, sender, headers, recipient) in skips)
            Accept(RequestMail.FromSomebodyNew() with { MoreHeaders = headers }, recipient, sender);
        Postfix.WaitUntilQueueIsEmpty();
        DeferAndAnswer();
        Expire();
        Refuse();
    }

    public void AssertCounts(PostfixLogSummary summary)
    {
        Assert.Equal((Received, Answered, Deferred, Expired, Rejected),
            ((int)summary.Received, (int)summary.Answered, (int)summary.Deferred, (int)summary.Expired, (int)summary.Rejected));
        var seconds = summary.TimeToSend!;
        Assert.InRange(seconds.Maximum, seconds.Percentile95, 120);
        Assert.InRange(seconds.Percentile95, seconds.Median, 120);
    }

    /// <summary>Neither requesters, nor other senders, nor clients, nor what they wrote.</summary>
    public static void AssertNobodyIsNamedIn(string text)
    {
        foreach (var word in (string[])["freemail", "zahra", "owner-people", "please", "client.", "nobody.here"])
            Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose()
    {
        Postfix.Dispose();
        Place.Dispose();
    }

    void Accept(RequestMail mail, string recipient = "get@example.com", string? sender = null)
    {
        Postfix.Accept(mail, recipient, sender);
        sent++;
    }

    void DeferAndAnswer()
    {
        var before = Postfix.Deferrals;
        File.WriteAllText(Place.SettingsFile, "{ broken");
        Accept(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "links@example.com");
        Accept(RequestMail.FromSomebodyNew());
        Postfix.WaitUntilDeferred(before + 2);
        Mend();
        Postfix.WaitUntilQueueIsEmpty();
        Deferred += 2;
        Answered += 2;
    }

    void Expire()
    {
        File.WriteAllText(Place.SettingsFile, "{ broken");
        Accept(RequestMail.FromSomebodyNew());
        Postfix.WaitUntilQueueIsEmpty();
        Mend();
        Deferred++;
        Expired++;
    }

    /// <summary>By its sender, by the size that the client tells, and by the size that comes.</summary>
    void Refuse()
    {
        Assert.NotEqual(0, Swaks("zahra.refused@freemail.test", "Subject: please\n\nhello\n").ExitCode);
        Assert.NotEqual(0, Swaks("zahra.large@freemail.test", "Subject: please\n\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\n", 400))).ExitCode);
        Assert.NotEqual(0, ToolRun.Of("python3", "-c", $"""
            import smtplib
            with smtplib.SMTP("127.0.0.1", {Postfix.Port}) as smtp:
                smtp.sendmail("zahra.larger@freemail.test", ["get@example.com"], "x" * 70 + "\n" + "y\n" * 20000)
            """).ExitCode);
        Rejected += 3;
    }

    ToolRun Swaks(string sender, string mail) => ToolRun.Of("swaks", "--server", "127.0.0.1", "--port", $"{Postfix.Port}",
        "--helo", "client.freemail.test", "--from", sender, "--to", "get@example.com", "--data", mail);

    void Mend()
    {
        Place.Settings["send_method"] = "outbox";
        Place.Write();
        Place.GiveTo("mail_responder");
    }
}
