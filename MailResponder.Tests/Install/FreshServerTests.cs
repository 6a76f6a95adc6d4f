using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>
/// A bare server after the one install command: what it does for strangers, its operator and its clock.
/// </summary>
[Collection(ServerRoots.Collection)]
public sealed class FreshServerTests(InstalledServers servers)
{
    public static TheoryData<string> Suites => ServerRoots.Suites;

    [Theory]
    [MemberData(nameof(Suites))]
    public void Request_IsAnsweredWithItsAttachment(string suite)
    {
        var server = Running(suite);
        var request = RequestMail.FromSomebodyNew();
        server.Root.Outside.Send(request).Good();

        var replies = Replies(server, request, 2);
        Assert.All(replies, reply =>
        {
            Assert.Empty(reply.Defects);
            Assert.True(reply.IsSignedByUs);
            Assert.Equal("support@example.com", reply["From"]);
            Assert.Equal("get@example.com", reply["Reply-To"]);
        });
        var attached = Assert.Single(replies, reply => reply.Types[0] == "multipart/mixed");
        Assert.Equal(File.ReadAllBytes(Repository.PathTo("samples", "files", "example-tools", "tool.zip")),
            attached.Attachment("tool.zip.example"));
        Patience.Until("the log line", () => server.Root.Log("mail_responder.log")
            .Contains("replied address=get@example.com replies=2 ", StringComparison.Ordinal));
        Assert.DoesNotContain(request.From, server.Root.Log("mail_responder.log"), StringComparison.Ordinal);
        Assert.DoesNotContain(request.From, server.Root.Log("mail_responder-events.log"), StringComparison.Ordinal);
    }

    /// <summary>An attacker who forges the provider's MX record cannot show the provider's certificate.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void ReplyToALargeProvider_GoesToNobodyElse(string suite)
    {
        var server = Running(suite);
        var request = new RequestMail("zahra.elsewhere@gmail.com");
        server.Root.Outside.Send(request).Good();
        Patience.Until("replies that wait", () => Regex.Count(server.Root.Log("mail.log"),
            "to=<zahra.elsewhere@gmail.com>, .*dsn=4.7.5, status=deferred") >= 2,
            () => server.Root.Log("mail.log"));
        Assert.Empty(server.Root.Outside.MailFilesTo(request.From));
        server.Root.Run("postsuper -d ALL deferred").Good();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Requester_IsInOneLog_ForAWeek(string suite)
    {
        var root = Running(suite).Root;
        // Other logs' habits must not become ours.
        root.Run("""
            sed -i '1i create 0644 root utmp\ndateext\nmail root\nminsize 1M\ncopytruncate' /etc/logrotate.conf
            """).Good();
        var request = RequestMail.FromSomebodyNew();
        root.Outside.Send(request).Good();
        Patience.Until("both replies that left", () =>
            root.Log("mail.log").Split($"to=<{request.From}>").Length > 2, () => root.Log("mail.log"));

        Assert.Equal("/var/log/mail.log\n", root.Run($"grep -rlF '{request.From}' /var/log /var/spool/rsyslog").Output);
        Assert.Equal("adm 640\n", root.Run("stat -c '%G %a' /var/log/mail.log").Good().Output);
        Assert.Empty(root.Run("logrotate -d /etc/logrotate.conf 2>&1 | grep error").Output);

        const string day = "logrotate -f /etc/logrotate.d/mail_responder-mail && sleep 1 && logger -p mail.err another";
        root.Run(day).Good();
        Assert.Contains(request.From, root.Log("mail.log.1"), StringComparison.Ordinal);
        Patience.Until("a line in the new file", () =>
            root.Log("mail.log").Contains("another", StringComparison.Ordinal));
        Assert.Equal("adm 640\n", root.Run("stat -c '%G %a' /var/log/mail.log").Good().Output);
        Assert.DoesNotContain(request.From, root.Log("mail.log"), StringComparison.Ordinal);
        for (var rotation = 2; rotation <= 7; rotation++) root.Run("logrotate -f /etc/logrotate.d/mail_responder-mail")
            .Good();
        Assert.Equal("/var/log/mail.log.7.gz\n",
            root.Run($"cd / && zgrep -lF '{request.From}' /var/log/mail.*").Output);
        root.Run("logrotate -f /etc/logrotate.d/mail_responder-mail").Good();
        Assert.Empty(root.Run($"zgrep -lF '{request.From}' /var/log/mail.*").Output);
    }

    /// <summary>The sender's domain has no SPF, no DMARC and no signature.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void Request_ThatProvesNothing_GetsNoAttachment(string suite)
    {
        var server = Running(suite);
        var request = new RequestMail($"zahra.{Guid.NewGuid():N}@unproven.test");
        server.Root.Outside.Send(request).Good();
        Assert.All(Replies(server, request, 2), reply => Assert.DoesNotContain("multipart/mixed", reply.Types));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Filters_AreInForce(string suite)
    {
        var root = Running(suite).Root;
        Assert.Contains("\"authserv_id\": \"mail.example.com\"", root.Read("/etc/mail_responder/settings.json"),
            StringComparison.Ordinal);
        Assert.Contains("ok      authentication ", root.Run("responder doctor").Output, StringComparison.Ordinal);
        // systemd starts them by their units, in which nothing may name another socket.
        root.Run("""
            for name in opendkim opendmarc; do
              cat /lib/systemd/system/$name.service /etc/systemd/system/$name.service.d/*.conf 2>/dev/null |
                grep ^ExecStart= | grep -vx "ExecStart=/usr/sbin/$name" && exit 1
            done
            exit 0
            """).Good();
    }

    /// <summary>The queue names requesters. By default any user of a host may list and flush it.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void Queue_IsShownToNoOtherUser(string suite)
    {
        var root = Running(suite).Root;
        Assert.Contains("is not allowed to view the mail queue", As("nobody", "mailq").Errors,
            StringComparison.Ordinal);
        Assert.Contains("is not allowed to flush the mail queue", As("nobody", "postqueue -f").Errors,
            StringComparison.Ordinal);
        As("nobody", "sendmail root@mail.example.com").Good();
        As("mail_responder", "postqueue -j").Good();
        foreach (var user in (string[])["root", "mail_responder"])
            Assert.DoesNotContain("Not available", As(user, "responder stats --log /dev/null").Good().Output,
                StringComparison.Ordinal);

        HostRun As(string user, string command) => root.Run(
            $"cd / && setpriv --reuid={user} --regid=\"$(id -g {user})\" --clear-groups {command}");
    }

    /// <summary>No other authority that the host trusts may vouch for SES.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void AuthoritiesOfAws_AreAmazonsOwn(string suite)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(Running(suite).Root.Run(
            "setpriv --reuid=mail_responder --regid=mail_responder --init-groups "
            + "cat /etc/mail_responder/aws-roots.pem").Good().Output);
        Assert.Equal(5, roots.Count);
        Assert.All(roots, root => Assert.Matches("O=Amazon|CN=Starfield Services Root", root.Subject));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Robot_StaysUnanswered(string suite)
    {
        var server = Running(suite);
        var robot = RequestMail.FromSomebodyNew() with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" };
        server.Root.Outside.Send(robot).Good();
        Patience.Until("the log line", () => server.Root.Log("mail_responder.log")
            .Contains("skipped reason=auto-submitted ", StringComparison.Ordinal));
        Assert.Empty(server.Root.Outside.MailFilesTo(robot.From));
    }

    /// <summary>The recipient is a user of the host who has no alias.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void MailToASystemUser_IsTheResponders(string suite)
    {
        var server = Running(suite);
        server.Root.Outside.Send(RequestMail.FromSomebodyNew(), "news@example.com").Good();
        Patience.Until("the responder's turn", () => Regex.IsMatch(server.Root.Log("mail.log"),
            "to=<news@example.com>, relay=responder, .* status=sent"), () => server.Root.Log("mail.log"));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void MailToSupport_GoesOnToPeople(string suite)
    {
        var server = Running(suite);
        var letter = RequestMail.FromSomebodyNew() with { To = "support@example.org" };
        server.Root.Outside.Send(letter, "support@example.org").Good();
        Patience.Until("the letter", () => server.Root.Outside.MailFilesTo("team@freemail.test")
            .Any(file => File.ReadAllText(file).Contains(letter.From, StringComparison.Ordinal)), () =>
            server.Root.Log("mail.log"));
    }

    /// <summary>
    /// The line of /etc/cron.d that runs at boot creates the tables and reloads Postfix, with its user's permissions.
    /// </summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void Cron_PullsAtBoot(string suite)
    {
        var server = Running(suite);
        server.Root.Run("""
            kill "$(cat /run/crond.pid)"
            rm -rf /var/lib/mail_responder/postfix /run/crond.reboot
            while [ -e "/proc/$(cat /run/crond.pid)" ]; do sleep 0.1; done
            cron
            """).Good();
        Patience.Until("the tables", () => server.Root.Run("cat /var/lib/mail_responder/postfix/addresses")
            .Output.Contains("get@example.com OK", StringComparison.Ordinal), () => server.Root.Log("syslog"));
        Assert.Equal("mail_responder",
            server.Root.Run("stat -c %U /var/lib/mail_responder/postfix/addresses").Output.Trim());
        Patience.Until("a reload", () =>
            server.Root.Log("mail.log").Contains("reload -- version", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void FirstRun_SaysWhatToPublish(string suite)
    {
        var said = servers.Of(suite).FirstRun.Output;
        foreach (var domain in (string[])["example.com", "example.org"])
        {
            Assert.Contains($"\n{domain}. 3600 IN MX 10 mail.example.com.\n", said, StringComparison.Ordinal);
            Assert.Contains($"\n{domain}. 3600 IN TXT \"v=spf1 mx ~all\"", said, StringComparison.Ordinal);
            Assert.Contains($"\n_dmarc.{domain}. 3600 IN TXT \"v=DMARC1; p=none; ", said, StringComparison.Ordinal);
        }
        Assert.Contains("\nmail._domainkey.example.com. 3600 IN TXT (\n", said, StringComparison.Ordinal);
        Assert.Contains("include:amazonses.com", said, StringComparison.Ordinal);
        Assert.All(said.Split('\n').Where(line => line.Contains('"')), line => Assert.InRange(line.Length, 1, 400));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Settings_HaveNoFault(string suite)
    {
        var root = servers.Of(suite).Root;
        Assert.Contains("0 fault(s)", root.Run("responder config check").Good().Output, StringComparison.Ordinal);
        Assert.Contains("750 root:mail_responder", root.Run("stat -c '%a %U:%G' /etc/mail_responder").Output,
            StringComparison.Ordinal);
        Assert.All(root.Run("stat -c '%a %U:%G' /etc/mail_responder/*").Output.Trim().Split('\n'),
            line => Assert.Equal("640 root:mail_responder", line));
        Assert.Equal("mail.example.com", root.Read("/etc/mailname").Trim());
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Manual_IsThatOfTheProgram(string suite)
    {
        var root = servers.Of(suite).Root;
        root.Run("""
            set -e
            cd /usr/local/share
            responder manual responder.8 | cmp - man/man8/responder.8
            responder manual settings.json.5 | cmp - man/man5/settings.json.5
            responder manual bash-completion | cmp - bash-completion/completions/responder
            """).Good();
    }

    /// <summary>Without the drop-in, journald loses lines of a spike. Debian 13 renamed the unit.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void UnitThatStartsPostfix_HasNoLimitOfLines(string suite) => Running(suite).Root.Run("""
        set -e
        cd /lib/systemd/system
        units=$(grep -lE '^ExecStart=.*post(multi|fix) .*start' postfix.service postfix@.service)
        test -n "$units" || exit 2
        for unit in $units; do grep -x LogRateLimitIntervalSec=0 "/etc/systemd/system/$unit.d/mail_responder.conf"; done
        """).Good();

    [Theory]
    [MemberData(nameof(Suites))]
    public void SecondRun_ChangesNoByte(string suite)
    {
        var server = servers.Of(suite);
        var before = server.Root.Listing();
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
        Assert.Equal(before, server.Root.Listing());
        Assert.Equal("nothing to do\n", server.Install(InstalledServers.Options + " --dry-run").Good().Output);
        Assert.Equal(before, server.Root.Listing());
    }

    /// <summary>
    /// Returns a server with the sample book for example.com, whose second entry has an attachment, and with the
    /// daemons running.
    /// </summary>
    private InstalledServer Running(string suite)
    {
        var server = servers.Of(suite);
        if (server.Root.Run("test -e /run/crond.pid").ExitCode == 0) return server;
        server.Root.CopyIn(Repository.PathTo("samples", "files", "example-tools"), "/var/lib/mail_responder/files/");
        var book = JsonNode.Parse(File.ReadAllText(Repository.PathTo("samples", "responses.json")))!.ToJsonString();
        server.Root.Write("/etc/mail_responder/responses.json", book);
        server.Root.StartServices();
        return server;
    }

    private static IReadOnlyList<ReadMail> Replies(InstalledServer server, RequestMail request, int count)
    {
        Patience.Until($"{count} replies", () => server.Root.Outside.MailFilesTo(request.From).Count == count,
            () => server.Root.Log("mail.log"));
        return ReadMail.All(server.Root.Outside.MailFilesTo(request.From), server.DkimPublicKey);
    }
}
