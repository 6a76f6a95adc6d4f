using System.Globalization;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests postfix/command_filter: in whatever form a client asks for delivery reports, and whether its mail is delivered
/// or fails, Postfix sends no report to anybody. Replies go to the outbox, so any outgoing mail would be a report.
/// </summary>
[Collection("Postfix")]
public sealed class CommandFilterTests : IDisposable
{
    /// <summary>A recipient whose mail is answered, and one whose mail Postfix returns if it may.</summary>
    private const string Answered = "links@example.com", Failing = "fails@example.com";

    private const string All = "NOTIFY=SUCCESS,FAILURE,DELAY";

    private const string Postscreen = "through postscreen";

    /// <summary>RCPT commands. {notify} stands for the parameter that asks for every report.</summary>
    private static readonly string[] Accepted =
    [
        "RCPT TO:<{to}>", "rcpt to:<{to}>", "RcPt tO:<{to}> {notify}", "RCPT  TO:<{to}> {notify}",
        "RCPT\tTO:<{to}> {notify}", "RCPT TO: <{to}> {notify}", "RCPT TO:\t<{to}> {notify}",
        "  RCPT TO:<{to}> {notify}", "\tRCPT TO:<{to}>\t{notify}", "RCPT\vTO:<{to}> {notify}",
        "RCPT\rTO:<{to}> {notify}", "RCPT TO:\f<{to}> {notify}", "RCPT TO:<{to}> {notify}",
        "RCPT TO:<{to}> notify=success,failure", "RCPT TO:<{to}> NOTIFY=SUCCESS",
        "RCPT TO:<{to}> NOTIFY=FAILURE ORCPT=rfc822;x", "RCPT TO:<{to}> ORCPT=rfc822;x {notify}",
        "RCPT TO:<{to}> {notify} ORCPT=\"rfc822;x NOTIFY=x\"", "RCPT TO:<{to}> {notify} ORCPT=rfc822;<x NOTIFY=x>",
        "RCPT TO:<{to}> {notify} ORCPT=rfc822;[x NOTIFY=x]", "RCPT TO:<{to}> {notify} ORCPT=\"rfc822;x NOTIFY=NEVER\"",
        "RCPT TO:<{to}> {notify} NOTIFY=NEVER", "RCPT TO:<{to}> NOTIFY=NEVER {notify}", "RCPT TO:<{to}>\v{notify}",
        "RCPT TO:<{to}>\f{notify}", "RCPT TO:<{to}>\r{notify}", "RCPT TO:<{to}> {notify}\v",
        "RCPT TO:<{to}> {notify} \f\r", "RCPT TO:<{to}> {notify} X=\"", "RCPT TO:<{to}> {notify} X=<",
        "RCPT TO:<{to}> {notify} X=[", "RCPT TO:<{to}> {notify} X=\\", "RCPT TO:<{to}> (NOTIFY=NEVER) {notify}",
        "RCPT TO:<{to}> \x01 {notify}", "RCPT TO:<{to}> {notify} \xc3\xa9",
        "RCPT TO:<{to}> {notify} ORCPT=rfc822;" + new string('x', 1900),
        "RCPT TO:<{to}> {notify} ORCPT=rfc822;" + new string('x', 5000) + " {notify}",
        "RCPT TO:<@one.test,@two.test:{to}> {notify}", "RCPT TO:<\"a b\"@example.com> {notify}",
        "RCPT TO:<\"a:b\"@example.com>\v{notify}",
    ];

    private static readonly string[] Refused =
    [
        "\vRCPT TO:<{to}> {notify}", "\fRCPT TO:<{to}> {notify}", "\rRCPT TO:<{to}> {notify}",
        " \vRCPT TO:<{to}> {notify}", "\v\f\r\t RCPT TO:<{to}> {notify}", "\x01RCPT TO:<{to}> {notify}",
        "\x7fRCPT TO:<{to}> {notify}", "\0RCPT TO:<{to}> {notify}", "RCPT\0 TO:<{to}> {notify}",
        "RCPT TO:<{to}\0> {notify}", "\xc2\xa0RCPT TO:<{to}> {notify}", "\xa0RCPT TO:<{to}> {notify}",
        "RCPT TO:<{to}> {notify} \xff", "RCPT TO:{to} {notify}", "RCPT TO:<{to} {notify}", "RCPT TO:{to}> {notify}",
        "RCPT TO:<{to}>{notify}", "RCPT TO:<{to}>\"\" {notify}", "RCPT TO:<<{to}>> {notify}", "RCPT TO:<> {notify}",
        "RCPT TO: {notify}", "RCPT {notify}", "RCPT TO:\"\"<{to}> {notify}", "RCPT TO:(x)<{to}> {notify}",
        "RCPT TO:Links <{to}> {notify}", "RCPT TO:<{to}>,<{to}> {notify}", "RCPT TO:[x]<{to}> {notify}",
        "RCPT TO:<\"a>b\"@example.com> {notify}", "RCPT TO:<\"a> {notify} \"@example.com> {notify}",
        "RCPT TO:<\"a\\\"b\"@example.com> {notify}", "RCPT TO:<\"a\\\\\"@example.com> {notify}",
        "RCPT TO:<a\\ b@example.com> {notify}", "RCPT TO:<a(b@example.com> {notify}",
        "RCPT TO:<a[b@example.com> {notify}", "RCPT TO:<a\vb@example.com> {notify}", "\"RCPT\" TO:<{to}> {notify}",
        "RCPT \"TO:\"<{to}> {notify}", "<RCPT> TO:<{to}> {notify}", "\\RCPT TO:<{to}> {notify}",
        "RCPT TO :<{to}> {notify}", "RCPT: TO:<{to}> {notify}", "RCPTTO:<{to}> {notify}", "RCPT FROM:<{to}> {notify}",
    ];

    /// <summary>RCPT commands that lead nowhere, whether or not Postfix takes the addresses for ours.</summary>
    private static readonly string[] LeadingElsewhere =
    [
        "RCPT TO:<victim%elsewhere.test@example.com> {notify}", "RCPT TO:<elsewhere.test!victim@example.com> {notify}",
        "RCPT TO:<\"victim@elsewhere.test\"@example.com> {notify}",
        "RCPT TO:<\"victim%elsewhere.test\"@example.com> {notify}",
        "RCPT TO:<@example.com:victim@elsewhere.test> {notify}",
        "RCPT TO:<\"victim@elsewhere.test\"@localhost> {notify}",
        "RCPT TO:<victim%elsewhere.test%example.com@localhost.responder.test> {notify}",
        "RCPT TO:<a,victim@elsewhere.test,b@example.com> {notify}",
        "RCPT TO:<\"a, victim@elsewhere.test,\"@example.com> {notify}",
        "RCPT TO:<victim@elsewhere.test@example.com> {notify}", "RCPT TO:<|/bin/true@example.com> {notify}",
        "RCPT TO:</var/mail/x@example.com> {notify}", "RCPT TO:<\"\\\"@example.com> {notify}",
        "RCPT TO:<l\xc3\xa9nks@example.com> {notify}",
    ];

    private static readonly string[] Senders =
    [
        "MAIL FROM:<{from}> RET=FULL ENVID=x", "MAIL FROM:<{from}> RET=HDRS", "mail from:<{from}> envid=QQ314159",
        "MAIL FROM:<{from}> ENVID=NOTIFY=SUCCESS", "MAIL FROM:<{from}> SIZE=1000", "MAIL FROM:<{from}> BODY=8BITMIME",
        "MAIL FROM:<{from}> BODY=7BIT SIZE=1000 RET=FULL", "MAIL FROM:<{from}> SMTPUTF8 BODY=8BITMIME",
        "\vMAIL FROM:<{from}> RET=FULL",
    ];

    private readonly Outside _outside = new("""
        smtpd_error_sleep_time = 0
        smtpd_soft_error_limit = 100
        smtpd_hard_error_limit = 100
        smtpd_junk_command_limit = 100
        """, null);

    private int _requesters;

    public CommandFilterTests() => _outside.Postfix.Alias("fails", "\"|exit 69\"");

    public void Dispose() => _outside.Dispose();

    [Theory]
    [InlineData("from the host itself")]
    [InlineData(Postscreen)]
    public void ReportsThatAClientAsksFor_AreNeverSent(string way)
    {
        foreach (var form in Accepted) Try(way, form, isAccepted: true);
        foreach (var form in Refused) Try(way, form, isAccepted: false);
        // Only the host itself may send elsewhere.
        foreach (var form in way == Postscreen ? LeadingElsewhere : []) Try(way, form, isAccepted: null);
        foreach (var form in Senders) Try(way, "RCPT TO:<{to}> {notify}", isAccepted: true, mail: form);
        foreach (var form in (string[])["RCPT TO:<{to}> {notify}", "RCPT TO:<{to}> {notify} ORCPT=\"x NOTIFY=x\""])
        {
            Try(way, form, isAccepted: true, hello: "HELO");
            Try(way, form, isAccepted: true, inChunks: true);
        }
        _outside.Postfix.WaitUntilQueueIsEmpty();

        Assert.True(_outside.Place.Outbox.Count > Accepted.Length, _outside.Postfix.MailLog);
        Assert.Contains("status=bounced", _outside.Postfix.MailLog, StringComparison.Ordinal);
        Assert.Empty(_outside.Postfix.Sink.Mails);
        _outside.Postfix.AssertNothingWasReturned();
    }

    /// <summary>Shows that the tests above would see a report if the filter let the request pass.</summary>
    [Fact]
    public void WithoutTheFilter_SuccessAndFailureAreReported()
    {
        using (var smtp = new SmtpDialogue(_outside.Postfix.UnfilteredPort))
        {
            smtp.Say("EHLO mx.freemail.test");
            foreach (var recipient in (string[])[Answered, Failing])
            {
                smtp.Say("MAIL FROM:<victim@freemail.test>");
                smtp.Say($"RCPT TO:<{recipient}> {All}");
                smtp.Say("DATA");
                smtp.Say("From: victim@freemail.test\r\n\r\nlinks\r\n.");
            }
        }
        _outside.Postfix.WaitUntilQueueIsEmpty();
        var reports = _outside.Postfix.Sink.MailsTo("victim@freemail.test");
        Assert.Contains(reports, mail => mail.Contains("Successful Mail Delivery Report", StringComparison.Ordinal));
        Assert.Contains(reports, mail => mail.Contains("Undelivered Mail", StringComparison.Ordinal));
    }

    /// <summary>
    /// Sends two messages with the client's commands, one to each recipient; none if the form is refused.
    /// </summary>
    private void Try(
        string way, string form, bool? isAccepted,
        string mail = "MAIL FROM:<{from}>", string hello = "EHLO", bool inChunks = false)
    {
        using var smtp = way == Postscreen
            ? new SmtpDialogue(_outside.Postfix.OutsidePort, Outside.Stranger)
            : new SmtpDialogue(_outside.Postfix.Port);
        smtp.Say(hello + " mx.freemail.test");
        foreach (var recipient in (string[])[Answered, Failing])
        {
            var requester = string.Create(CultureInfo.InvariantCulture, $"victim{_requesters++}@freemail.test");
            smtp.Say(mail.Replace("{from}", requester, StringComparison.Ordinal));
            var command = form.Replace("{notify}", All, StringComparison.Ordinal);
            var answer = smtp.Ask(command.Replace("{to}", recipient, StringComparison.Ordinal));
            var expected = isAccepted switch { true => "250 ", false => "5", null => "" };
            Assert.True(answer.StartsWith(expected, StringComparison.Ordinal), $"{form} {way}: {answer}");
            if (answer.StartsWith('2')) HandOver(smtp, requester, inChunks);
            else smtp.Say("RSET");
        }
    }

    private static void HandOver(SmtpDialogue smtp, string requester, bool inChunks)
    {
        var header = $"From: {requester}\r\nTo: {Answered}\r\nMessage-ID: <{requester}>\r\nSubject: x\r\n";
        var text = $"{header}\r\nRCPT TO:<{Answered}> {All}\r\n";
        if (inChunks)
        {
            smtp.Say(string.Create(CultureInfo.InvariantCulture, $"BDAT {text.Length}\r\n{text}BDAT 0 LAST"));
            return;
        }
        smtp.Say("DATA");
        smtp.Say(text + ".");
    }
}
