using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>
/// Places where a host could keep or reveal who wrote: mailboxes that nobody reads, and logwatch's daily mail.
/// </summary>
[Collection(ServerRoots.Collection)]
public sealed class RequesterTraceTests(InstalledHost host) : IClassFixture<InstalledHost>
{
    private readonly ServerRoot _root = host.Root;

    [Fact]
    public void MailToUsersOfTheHost_IsKeptNowhere()
    {
        var users = _root.Run("getent passwd | cut -d : -f 1").Good().Output.Trim().Split('\n');
        var stranger = RequestMail.FromSomebodyNew();
        _root.Outside.Send(stranger, string.Join(',', users.Select(user => $"{user}@example.com"))).Good();
        // Programs of the host write to users in this way.
        var local = RequestMail.FromSomebodyNew();
        _root.Run($"echo 'From: {local.From}' | /usr/sbin/sendmail -f {local.From} {string.Join(' ', users)}").Good();
        host.WaitUntilQueueIsEmpty();

        Assert.True(users.Length > 20, string.Join(' ', users));
        Assert.Empty(_root.Run("find /var/mail/ -type f").Good().Output);
        const string elsewhere = "--exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=log";
        foreach (var requester in (string[])[stranger.From, local.From])
            Assert.Empty(_root.Run($"grep -rlF '{requester}' / {elsewhere}").Output);
        // The mail arrived by root's aliases and the forwarder.
        Assert.Contains(_root.Outside.MailFilesTo(InstalledHost.Support), file =>
            File.ReadAllText(file).Contains(stranger.From, StringComparison.Ordinal));
        Assert.DoesNotMatch("status=(deferred|bounced)", _root.Log("mail.log"));
    }

    /// <summary>If install.sh was run without --support, people read their mail in this mailbox.</summary>
    [Fact]
    public void MailToPeople_StaysInTheMailboxOfTheForwarderWithoutHisForwardFile()
    {
        _root.Run("mv /var/lib/forwarder/.forward /root/forward").Good();
        var letter = RequestMail.FromSomebodyNew();
        _root.Outside.Send(letter, "support@example.com").Good();
        host.WaitUntilQueueIsEmpty();
        Assert.Contains(letter.From, _root.Read("/var/mail/forwarder"), StringComparison.Ordinal);
        _root.Run("rm /var/mail/forwarder; mv /root/forward /var/lib/forwarder/.forward").Good();
    }

    [Fact]
    public void Logwatch_NamesNobodyAndIsShort()
    {
        const string client = """
            import smtplib
            for session in range(100):
                with smtplib.SMTP("192.0.2.1", 25, "mx.freemail.test") as smtp:
                    for i in range(5 * session, 5 * session + 5):
                        sender = f"zahra{i}@freemail.test"
                        if i % 50 == 7:
                            sender = f"zahra{i}@no-such-domain.test"
                        recipient = "get@elsewhere.test" if i % 50 == 9 else "get@example.com"
                        try:
                            smtp.sendmail(sender, [recipient], f"From: {sender}\r\nSubject: x\r\n\r\nlinks\r\n")
                        except smtplib.SMTPException:
                            pass
            """;
        // The tarpit would hold the client for minutes.
        _root.Run("postconf -e smtpd_error_sleep_time=0 && postfix reload").Good();
        // All requests come from one domain, to which a limit would apply.
        const string noLimits = "\"limits\": { \"domain_per_minute\": 0, \"domain_per_day\": 0 },";
        _root.Run(
            $"sed -i '0,/\"send_method\"/s//{noLimits} &/' /etc/mail_responder/settings.json && responder config check")
            .Good();
        _root.Outside.Run("python3", "-c", client).Good();
        host.WaitUntilQueueIsEmpty();
        Assert.True(_root.Log("mail.log").Split("replacing command").Length > 400, _root.Log("mail.log"));

        const string logwatch = "logwatch --range all --output stdout";
        foreach (var detail in (string[])["low", "high"])
        {
            var report = _root.Run($"{logwatch} --service postfix --detail {detail}").Good().Output;
            Assert.Contains("Accepted", report, StringComparison.Ordinal);
            Assert.DoesNotContain("freemail", report, StringComparison.Ordinal);
            Assert.DoesNotContain("no-such-domain", report, StringComparison.Ordinal);
            Assert.DoesNotContain(OutsideWorld.Address, report, StringComparison.Ordinal);
            Assert.InRange(report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 10, 29);
        }
        var whole = _root.Run(logwatch).Good().Output;
        Assert.DoesNotMatch("freemail|no-such-domain|192\\.0\\.2\\.2", whole);
    }
}
