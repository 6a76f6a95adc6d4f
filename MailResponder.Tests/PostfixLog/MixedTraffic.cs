using MailResponder.PostfixLog;
using MailResponder.Tests.Host;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.PostfixLog;

/// <summary>Mails of every kind sent through a private Postfix, and their numbers.</summary>
internal sealed class MixedTraffic : IDisposable
{
    private const string Limits = """
        maximal_queue_lifetime = 15s
        bounce_queue_lifetime = 15s
        smtpd/pass/message_size_limit = 20000
        smtpd_error_sleep_time = 0s
        hopcount_limit = 100
        local_header_rewrite_clients =
        smtpd_sender_restrictions = check_sender_access inline:{ zahra.refused@freemail.test=REJECT }

        """;

    /// <summary>
    /// The mails sent in addition to plain requests, and the reason why each is not answered. Every reason occurs
    /// except unreadable-message, because Postfix never delivers a mail without a header.
    /// </summary>
    private static readonly
        (string Reason, string Recipient, string? Sender, Func<RequestMail, RequestMail> As)[] Skips =
    [
        ("message-too-large", "get@example.com", null, mail =>
        mail with { Body = string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 200)) }),
        ("null-sender", "get@example.com", "<>", mail => mail),
        ("no-from", "get@example.com", null, mail => mail with { FromField = "" }),
        ("unparsable-from", "get@example.com", null, mail => mail with { FromField = "From: nobody at all\r\n" }),
        ("several-from", "get@example.com", null, mail =>
        mail with { MoreHeaders = "From: another.please@freemail.test\r\n" }),
        ("own-address", "get@example.com", null, mail => mail with { FromField = "From: somebody@example.com\r\n" }),
        ("loop", "get@example.com", null, mail => mail with { MoreHeaders = "X-Loop: bounces@example.com\r\n" }),
        ("too-many-hops", "get@example.com", null, mail =>
        mail with { MoreHeaders = string.Concat(Enumerable.Repeat("Received: from a by b\r\n", 51)) }),
        ("robot-sender", "get@example.com", "owner-people@freemail.test", mail => mail),
        ("auto-submitted", "get@example.com", null, mail =>
        mail with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" }),
        ("bulk-precedence", "links@example.com", null, mail => mail with { MoreHeaders = "Precedence: bulk\r\n" }),
        ("mailing-list", "get@example.com", null, mail =>
        mail with { MoreHeaders = "List-Id: <people.freemail.test>\r\n" }),
        ("response-suppressed", "get@example.com", null, mail =>
        mail with { MoreHeaders = "X-Auto-Response-Suppress: All\r\n" }),
        ("auto-generated", "get@example.com", null, mail => mail with { MoreHeaders = "X-Autorespond: yes\r\n" }),
        ("delivery-report", "get@example.com", null, mail =>
        mail with { MoreHeaders = "Content-Type: multipart/report; boundary=b\r\n" }),
        ("spam", "fa@example.com", null, mail => mail with { MoreHeaders = "X-Spam-Flag: YES\r\n" }),
        ("blocked-domain", "get@example.com", null, mail =>
        mail with { FromField = "From: zahra.away@blocked.test\r\n" }),
        ("unknown-address", "nobody.here@example.com", null, mail => mail),
        ("blocked", "get@example.com", null, mail => mail with { FromField = $"From: {Blocked}\r\n" }),
    ];

    private const string Blocked = "zahra.blocked@freemail.test";

    private int _sent;

    public MixedTraffic(string sample, string more = "", string? syslogSocket = null)
    {
        Place = new Workplace();
        Place.Book[2]!["send_method"] = "sendmail";
        Place.Settings["postfix_log"] = new System.Text.Json.Nodes.JsonObject
        {
            ["database"] = PostfixLogOfARealPostfix.Database(Place),
        };
        Place.Settings["max_message_bytes"] = 10_000;
        Place.Settings["blocked_domains"] = new System.Text.Json.Nodes.JsonArray("blocked.test");
        Place.Settings["statistics"] = new System.Text.Json.Nodes.JsonObject
        {
            ["to"] = "ops@example.net",
            ["threshold"] = 2,
        };
        if (syslogSocket is not null) Place.Settings["syslog_socket"] = syslogSocket;
        Place.Write();
        Postfix = new PrivatePostfix(Place, sample, Limits + more);
        Place.SendThrough(Route.HandingOverTo(Postfix.UnfilteredPort));
        Mend();
    }

    public Workplace Place { get; }

    public PrivatePostfix Postfix { get; }

    /// <summary>The number of answered mails. Two of them were deferred first.</summary>
    public int Answered { get; private set; }

    public int Expired { get; private set; }

    public int Deferred { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>The number of requests, answered or not.</summary>
    public int Received => _sent;

    public static IReadOnlyList<string> SkipReasons => [.. Skips.Select(skip => skip.Reason), "over-quota"];

    public void Send()
    {
        for (var i = 0; i < 3; i++) Accept(RequestMail.FromSomebodyNew());
        var often = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        for (var i = 0; i < 3; i++) Accept(often.Again(), "links@example.com");
        Postfix.WaitUntilQueueIsEmpty();
        Answered += 6;
        Accept(often.Again(), "links@example.com"); // over quota
        Assert.Equal(0, Place.Command("blacklist", "block", Blocked).ExitCode);
        Place.GiveTo("mail_responder");
        foreach (var (_, recipient, sender, change) in Skips) Accept(
            change(RequestMail.FromSomebodyNew()), recipient, sender);
        Postfix.WaitUntilQueueIsEmpty();
        DeferAndAnswer();
        Expire();
        Refuse();
    }

    public void AssertCounts(PostfixLogSummary summary)
    {
        Assert.Equal((Received, Answered, Deferred, Expired, Rejected),
            ((int)summary.Received, (int)summary.Answered, (int)summary.Deferred, (int)summary.Expired,
            (int)summary.Rejected));
        Assert.InRange(summary.MaximumSeconds!.Value, summary.Percentile95Seconds!.Value, 120);
        Assert.InRange(summary.Percentile95Seconds.Value, summary.MedianSeconds!.Value, 120);
    }

    /// <summary>Checks the `stats --json` of the event log.</summary>
    public void AssertReport(string json)
    {
        using var report = System.Text.Json.JsonDocument.Parse(json);
        var messages = report.RootElement.GetProperty("messages");
        var postfix = report.RootElement.GetProperty("postfix");
        Assert.Equal(SkipReasons.Order().Select(reason => (reason, 1)), Counts(messages, "skipped"));
        Assert.Equal([("get@example.com", 4), ("links@example.com", 4)], Counts(messages, "addresses"));
        Assert.Equal([("response-book", Postfix.Deferrals)], Counts(messages, "deferred"));
        Assert.Empty(Counts(messages, "failed"));
        Assert.Equal((Answered, 12, 0, 0, 0),
            (Number(messages, "answered"), Number(messages, "replies"), Number(messages, "others"),
            Number(messages, "exceptions"), Number(messages, "unmatched_lines")));
        Assert.Equal((Received, Answered, Deferred, Expired, Rejected),
            (Number(postfix, "received"), Number(postfix, "answered"),
            Number(postfix, "deferred"), Number(postfix, "expired"), Number(postfix, "rejected")));

        static int Number(System.Text.Json.JsonElement part, string name) => part.GetProperty(name).GetInt32();
        static IEnumerable<(string, int)> Counts(System.Text.Json.JsonElement part, string name) =>
            part.GetProperty(name).EnumerateObject().Select(count => (count.Name, count.Value.GetInt32())).Order();
    }

    /// <summary>Asserts that a text has no requesters, other senders or clients, and nothing that they wrote.</summary>
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

    private void Accept(RequestMail mail, string recipient = "get@example.com", string? sender = null)
    {
        Postfix.Accept(mail, recipient, sender);
        _sent++;
    }

    private void DeferAndAnswer()
    {
        var before = Postfix.Deferrals;
        File.Delete(Place.PathTo("responses.json"));
        Accept(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "links@example.com");
        Accept(RequestMail.FromSomebodyNew());
        Postfix.WaitUntilDeferred(before + 2);
        Mend();
        Postfix.WaitUntilQueueIsEmpty();
        Deferred += 2;
        Answered += 2;
    }

    private void Expire()
    {
        File.Delete(Place.PathTo("responses.json"));
        Accept(RequestMail.FromSomebodyNew());
        Postfix.WaitUntilQueueIsEmpty();
        Mend();
        Deferred++;
        Expired++;
    }

    /// <summary>
    /// Sends mails that are refused for their sender, for the size the client announces, and for their actual size.
    /// </summary>
    private void Refuse()
    {
        Assert.NotEqual(0, Swaks("zahra.refused@freemail.test", "Subject: please\n\nhello\n").ExitCode);
        Assert.NotEqual(0, Swaks("zahra.large@freemail.test",
            "Subject: please\n\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\n", 400))).ExitCode);
        Assert.NotEqual(0, ToolRun.Of("python3", "-c", $"""
            import smtplib
            with smtplib.SMTP("127.0.0.1", {Postfix.Port}) as smtp:
                smtp.sendmail("zahra.larger@freemail.test", ["get@example.com"], "x" * 70 + "\n" + "y\n" * 20000)
            """).ExitCode);
        Rejected += 3;
    }

    private ToolRun Swaks(string sender, string mail) =>
        ToolRun.Of("swaks", "--server", "127.0.0.1", "--port", $"{Postfix.Port}",
        "--helo", "client.freemail.test", "--from", sender, "--to", "get@example.com", "--data", mail);

    private void Mend()
    {
        Place.Settings["send_method"] = "outbox";
        Place.Write();
        Place.GiveTo("mail_responder");
    }
}
