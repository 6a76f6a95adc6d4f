using System.Globalization;
using System.Text;
using MailResponder.Feedback;
using MailResponder.Store;

namespace MailResponder.Tests.Feedback;

/// <summary>
/// Reports sent to the bounce address: those that block a dead address, and those that an attacker sends in vain.
/// </summary>
public sealed class DeliveryReports : IDisposable
{
    private const string Zahra = "zahra@freemail.test";
    private const string Name = "0123456789abcdef0123456789abcdef";

    private readonly FeedbackPlace _place = new();

    public void Dispose() => _place.Dispose();

    private DateTimeOffset SentAt => _place.Clock.GetUtcNow().AddHours(-1);

    [Theory]
    [InlineData("5.1.1")]
    [InlineData("5.1.6")]
    [InlineData("5.1.10")]
    [InlineData("5.1.1 (no such user)")]
    [InlineData("5.1.1(no such user)")]
    public void DeadMailbox_IsBlocked(string status)
    {
        Assert.Equal("1 blocked", Feed(Report(status: status)));
        Assert.Equal(Verdict.BlockedByFeedback, _place.VerdictOf(Zahra));
    }

    /// <summary>The host or the content is refused, the mailbox is full or flooded, or the cause is unknown.</summary>
    [Theory]
    [InlineData("5.7.1")]
    [InlineData("5.2.1")]
    [InlineData("5.2.2")]
    [InlineData("5.0.0")]
    [InlineData("5.1.2")]
    [InlineData("5.4.4")]
    [InlineData("4.1.1")]
    [InlineData("4.4.7")]
    [InlineData("5.1.11")]
    [InlineData("")]
    public void OtherFailures_BlockNobody(string status) => AssertNothing(Report(status: status));

    [Theory]
    [InlineData("delayed")]
    [InlineData("delivered")]
    [InlineData("relayed")]
    [InlineData("")]
    public void WhatDidNotFail_BlocksNobody(string action) => AssertNothing(Report(action: action));

    [Fact]
    public void FailureOfOneOfSeveral_BlocksNobody() => AssertNothing(
        Report().Replace("\nStatus: 5.1.1\n",
        "\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@freemail.test\nAction: delivered\nStatus: 2.0.0\n",
        StringComparison.Ordinal));

    /// <summary>
    /// A forwarder's report names the address the reply was forwarded to. The reply was sent to the address in To.
    /// </summary>
    [Fact]
    public void WhomTheReportNames_IsNotBelieved()
    {
        Assert.Equal("1 blocked", Feed(Report(named: "victim@freemail.test")));
        Assert.True(_place.Blocks(Zahra));
        Assert.False(_place.Blocks("victim@freemail.test"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000g")]
    [InlineData("é")]
    public void TokenOfNobody_BlocksNobody(string token) => AssertNothing(Report(token: token));

    /// <summary>A requester has the token of their own reply only.</summary>
    [Fact]
    public void TokenOfAnotherReply_BlocksNobody()
    {
        var own = Token("attacker@freemail.test", Name, SentAt);
        AssertNothing(Report(token: own));
        AssertNothing(Report(token: Token(Zahra, Name, SentAt.AddSeconds(1))));
        AssertNothing(Report(token: Token(Zahra, Name.Replace('0', '1'), SentAt)));
        using var other = new FeedbackPlace();
        AssertNothing(Report(token: other.Key.ReplyToken(Name, SentAt, Zahra)));
    }

    /// <summary>Another reader of the mail might use the second field.</summary>
    [Theory]
    [InlineData("To: victim@freemail.test")]
    [InlineData("to: victim@freemail.test")]
    [InlineData("Date: Mon, 02 Mar 2026 08:00:00 +0000")]
    [InlineData("X-Reply-Token: 00")]
    [InlineData("Message-ID: <1@example.com>")]
    public void FieldThatStandsTwice_BlocksNobody(string field) =>
        AssertNothing(Report().Replace("\nX-Reply-Token", $"\n{field}\nX-Reply-Token", StringComparison.Ordinal));

    [Fact]
    public void TwoRecipientsInTo_BlockNobody() =>
        AssertNothing(Report().Replace(
            $"\nTo: {Zahra}", $"\nTo: {Zahra}, victim@freemail.test", StringComparison.Ordinal));

    [Fact]
    public void SecondReplyInTheReport_BlocksNobody()
    {
        var report = Report();
        var part = report[report.IndexOf(
            "--b\nContent-Type: message/rfc822", StringComparison.Ordinal)..report.LastIndexOf(
            "--b--", StringComparison.Ordinal)];
        AssertNothing(report.Replace("--b--", part + "--b--", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/rfc822-headers")]
    [InlineData("message/rfc822")]
    public void HeaderAlone_IsEnough(string type)
    {
        Assert.Equal("1 blocked", Feed(Report(type: type)));
        _place.Decide(Zahra, Verdict.None);
    }

    /// <summary>
    /// A report that is sent again undoes nothing, because it is dated with the time the reply was sent.
    /// </summary>
    [Fact]
    public void ReportOfBeforeTheOperatorsWord_ChangesNothing()
    {
        var report = Report();
        Assert.Equal("1 blocked", Feed(report));
        Assert.Equal("0 blocked, 1 blocked already", Feed(report));
        _place.Decide(Zahra, Verdict.None);
        Assert.Equal("0 blocked, 1 taken off the lists since then, left alone", Feed(report));
        Assert.False(_place.Blocks(Zahra));
        _place.Clock.Now += RequesterStore.RemovalMemory + TimeSpan.FromHours(1);
        Assert.Equal("0 blocked, 1 too old", Feed(report));
    }

    [Fact]
    public void AllowedOrOurs_IsLeftAlone()
    {
        _place.Decide(Zahra, Verdict.Allowed);
        Assert.Equal("0 blocked, 1 on the allow list, left alone", Feed(Report()));
        Assert.Equal("0 blocked, 1 never answered anyway", Feed(Report(to: "get@example.com")));
    }

    [Fact]
    public void OtherSpelling_IsNotBlocked()
    {
        Assert.Equal("1 blocked", Feed(Report(to: "victim+x@freemail.test")));
        Assert.True(_place.Blocks("victim+x@freemail.test"));
        Assert.False(_place.Blocks("victim@freemail.test"));
    }

    /// <summary>The token of a reply sent before the key was changed.</summary>
    [Fact]
    public void EarlierKey_IsStillBelieved()
    {
        using var folder = new TemporaryFolder();
        var file = folder.PathTo("address.key");
        AddressKey.Create(file);
        var token = AddressKey.Load(file).ReplyToken(Name, SentAt, Zahra);
        var later = AddressKey.Change(file, SentAt);
        Assert.NotEqual(token, later.ReplyToken(Name, SentAt, Zahra));
        Assert.True(later.IsReplyToken(token, Name, SentAt, "Zahra@Freemail.test"));
        Assert.False(later.IsReplyToken(token, Name, SentAt, "zahra@freemail.tes"));
    }

    [Fact]
    public void WhatIsNoReport_IsPassedOver()
    {
        var random = new Random(7);
        var report = Encoding.ASCII.GetBytes(Report());
        for (var i = 0; i < 300; i++)
        {
            var mail = report.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--) mail[random.Next(mail.Length)] =
                (byte)random.Next(256);
            // A report changed at any place is either still about the recipient of the token or refused.
            if (DeliveryReport.Read(new MemoryStream(mail[..random.Next(mail.Length)])) is { } read
                && read.IsOfOurs(_place.Key))
                Assert.Equal(Zahra, read.Recipient, ignoreCase: true);
        }

        var nested = string.Concat(Enumerable.Range(0, 5000)
            .Select(i => $"Content-Type: multipart/report; boundary={i}\n\n--{i}\n"));
        Assert.Null(DeliveryReport.Read(new MemoryStream(Encoding.ASCII.GetBytes(nested))));
        foreach (var mail in (string[])["", "\n", "From: a@b.test\n\nhello\n", "Content-Type: multipart/report\n\n--",
            Notifications.Mail($"{Notifications.InSns(Notifications.Bounce(Zahra))}")])
            Assert.Null(DeliveryReport.Read(new MemoryStream(Encoding.ASCII.GetBytes(mail))));
    }

    private void AssertNothing(string mail)
    {
        Assert.Equal("0 blocked", Feed(mail).Replace(", 1 not about a reply of ours", "", StringComparison.Ordinal));
        Assert.Equal(0, _place.Store.Count().BlockedByFeedback);
    }

    private string Feed(string mail)
    {
        var reader = new FeedbackReader(TestSettings.In("/nowhere"), _place.Store, new SnsSender("", []), _place.Clock);
        if (DeliveryReport.Read(new MemoryStream(Encoding.UTF8.GetBytes(mail))) is { } report)
            reader.Read(report);
        return reader.Counts.ToString();
    }

    private string Token(string to, string name, DateTimeOffset sentAt) => _place.Key.ReplyToken(name, sentAt, to);

    /// <summary>Returns a report as Postfix writes it.</summary>
    private string Report(
        string to = Zahra, string status = "5.1.1", string action = "failed", string? named = null,
        string? token = null, string type = "message/rfc822") => $"""
        Received: by mx.example.com (Postfix) id 4B00001; Mon, 2 Mar 2026 08:00:01 +0000 (UTC)
        From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: bounces@example.com
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Description: Notification

        I'm sorry to have to inform you …

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.com
        X-Postfix-Queue-ID: 4B00001

        Final-Recipient: rfc822; {named ?? to}
        Original-Recipient: rfc822;{named ?? to}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.freemail.test
        Diagnostic-Code: smtp; 550 5.1.1 no such user

        --b
        Content-Type: {type}

        Return-Path: <bounces@example.com>
        From: Links <support@example.com>
        To: {to}
        Date: {SentAt.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture)}
        Message-ID: <{Name}@example.com>
        Subject: Re: links
        X-Reply-Token: {token ?? Token(to, Name, SentAt)}

        Links
        --b--

        """.ReplaceLineEndings("\n");
}
