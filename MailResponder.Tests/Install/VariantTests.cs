using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>The options that lead to a different server.</summary>
[Collection(ServerRoots.Collection)]
public sealed class VariantTests
{
    private const string AsResponder = "setpriv --reuid=mail_responder --regid=mail_responder --init-groups ";
    private const string Status = AsResponder + "responder database status";

    [Fact]
    public void StrictRecipients_AreRejectedWhenTheBookDoesNotKnowThem()
    {
        using var server = new InstalledServer(
            ServerRoots.Debian, "packages", "--domain example.com --strict-recipients");
        server.Root.StartServices();
        var request = RequestMail.FromSomebodyNew();
        Assert.Contains("User unknown in local recipient table",
            server.Root.Outside.Send(request, "nobody.here@example.com").Output, StringComparison.Ordinal);
        server.Root.Outside.Send(request, "support@example.com").Good();
        server.Root.Outside.Send(request).Good();
        Patience.Until("the reply", () => server.Root.Outside.MailFilesTo(request.From).Count == 1, () =>
            server.Root.Log("mail.log"));
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    [Fact]
    public void MySql_CountsWhatIsAnswered()
    {
        using var server = new InstalledServer(ServerRoots.Debian, "packages", "--domain example.com --database mysql");
        server.Root.StartServices();
        var request = RequestMail.FromSomebodyNew();
        server.Root.Outside.Send(request).Good();
        Patience.Until("the reply", () => server.Root.Outside.MailFilesTo(request.From).Count == 1, () =>
            server.Root.Log("mail_responder.log"));
        Assert.Contains("1 requester(s) with a quota", server.Root.Run(Status).Good().Output, StringComparison.Ordinal);
        // The database server knows the Unix user: there is no secret, and nobody else can use the account.
        const string account = "SELECT host, plugin FROM mysql.user WHERE user = 'mail_responder'";
        Assert.Equal("localhost\tunix_socket\n", server.Root.Run($"mariadb -NBe \"{account}\"").Good().Output);
        var files = server.Root.Run("ls /etc/mail_responder; cat /etc/mail_responder/settings.json").Good().Output;
        Assert.DoesNotContain("password", files, StringComparison.Ordinal);
        // Root acts as the user that the server knows; any other user is refused.
        server.Root.Run("responder database status").Good();
        Assert.NotEqual(0, server.Root.Run(
            "setpriv --reuid=nobody --regid=mail_responder --clear-groups responder database status").ExitCode);
        const string lineOfCron = "$(grep 'blacklist reset' /etc/cron.d/mail_responder | cut -d ' ' -f 7-)";
        server.Root.Run($"{AsResponder}sh -c \"{lineOfCron}\"").Good();
        Assert.Contains("0 requester(s) with a quota", server.Root.Run(Status).Good().Output, StringComparison.Ordinal);

        // A fleet of one host: cron's line stores its figures as the user who may read the log, and root reads them.
        const string putOfCron = "$(grep 'stats --fleet' /etc/cron.d/mail_responder | cut -d ' ' -f 7-)";
        server.Root.Run($"sh -c \"{putOfCron}\"").Good();
        Assert.Contains("1 answered, 0 skipped, 0 deferred, 0 failed",
            server.Root.Run("responder stats --fleet --since 2026-01-01").Good().Output, StringComparison.Ordinal);

        var before = server.Root.Run("cd /etc/mail_responder && sha256sum *").Output;
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
        Assert.Equal(before, server.Root.Run("cd /etc/mail_responder && sha256sum *").Output);
    }

    [Fact]
    public void NoAuthentication_LeavesTheFiltersOut_UntilItIsTakenBack()
    {
        using var server = new InstalledServer(
            ServerRoots.Debian, "packages", "--domain example.com --ses-region eu-west-1 --no-authentication");
        var without = WhoIsBelieved(server);
        Assert.Contains("warning authentication      no sender is verified", without,
            StringComparison.Ordinal);
        Assert.DoesNotContain("smtpd_milters", without, StringComparison.Ordinal);
        Assert.DoesNotContain("authserv_id\"", without, StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);

        server.Install("--authentication").Good();
        var with = WhoIsBelieved(server);
        Assert.Contains("ok      authentication ", with, StringComparison.Ordinal);
        Assert.Contains("smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893", with, StringComparison.Ordinal);
        Assert.Contains("\"authserv_id\": \"mail.example.com\"", with, StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);

        server.Install("--no-authentication").Good();
        Assert.Equal(without, WhoIsBelieved(server));
    }

    [Fact]
    public void OutgoingTls_IsSet_AndDaneOnlyWhereItProtects()
    {
        using var server = InstalledServer.Restarted();
        const string parameters = "postconf -n | grep -E '^smtp_(tls_security|dns_support)_level'";
        string Level() => server.Root.Run(parameters).Output;
        Assert.Equal("smtp_tls_security_level = encrypt\n", Level());
        Assert.DoesNotContain("the TLS level of outgoing mail", server.FirstRun.Output, StringComparison.Ordinal);

        var before = server.Root.Listing();
        var refused = server.Install("--outgoing-tls dane");
        Assert.Equal(69, refused.ExitCode);
        Assert.Matches("--outgoing-tls dane: fault +outgoing-tls +the name server 192.0.2.2 does not validate DNSSEC",
            refused.Errors);
        Assert.Equal(64, server.Install("--outgoing-tls secure").ExitCode);
        Assert.Equal(before, server.Root.Listing());

        // A resolver on this host that answers every query with the root's servers, marked as validated.
        server.Root.Run("""
            perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(53, INADDR_LOOPBACK));
              while ($from = recv(S, $query, 512, 0)) { send(S, substr($query, 0, 2)
                . pack("H*", "81a0000100010000000000000200010000020001000151800003016100"), 0, $from) }' \
              >/dev/null 2>&1 </dev/null &
            echo nameserver 127.0.0.1 >/etc/resolv.conf
            """).Good();
        server.Install("--outgoing-tls dane").Good();
        Assert.Equal("smtp_dns_support_level = dnssec\nsmtp_tls_security_level = dane\n", Level());
        Assert.Equal("nothing to do\n", server.Install().Good().Output);

        // The result is remembered, so an unavailable resolver does not stop an upgrade now; the doctor reports it.
        server.Root.Write("/etc/resolv.conf", "nameserver 192.0.2.2\n");
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
        Assert.Matches("fault +outgoing-tls", server.Root.Run("responder doctor --no-probe").Output);

        Assert.Contains("note: the TLS level of outgoing mail is now may (was: dane): mail that waits for encryption "
            + "may go out in the clear", server.Install("--outgoing-tls may").Good().Output, StringComparison.Ordinal);
        Assert.Equal("smtp_tls_security_level = may\n", Level());
        Assert.Contains(
            "note: the TLS level of outgoing mail is now encrypt (was: may): mail that cannot be encrypted waits",
            server.Install("--outgoing-tls encrypt").Good().Output, StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    /// <summary>The operator's exceptions survive an upgrade.</summary>
    [Fact]
    public void TlsPolicy_ThatWasEdited_IsKept()
    {
        using var server = InstalledServer.Restarted();
        const string file = "/etc/postfix/tls_policy";
        server.Root.Write(file, "/^example\\.org$/ may\n" + server.Root.Read(file));
        server.Root.Run($"echo '# newer' >>{server.ReleaseFile("postfix/tls_policy")}").Good();
        Assert.Contains("keep /etc/postfix/tls_policy, which was edited", server.Install().Good().Output,
            StringComparison.Ordinal);
        Assert.StartsWith("/^example", server.Root.Read(file), StringComparison.Ordinal);
        Assert.Equal("may\n", server.Root.Run("postmap -q example.org \"$(postconf -h smtp_tls_policy_maps)\"").Output);
        server.Install("--uninstall").Good();
        Assert.DoesNotContain("tls_policy", server.Root.Run("postconf -n").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void NoAuthentication_InstallsNoFilter()
    {
        using var root = new ServerRoot(ServerRoots.Debian, "bare");
        var said = root.Run($"{root.Unpack()}/install.sh --domain example.com --no-authentication --dry-run")
            .Good().Output;
        Assert.DoesNotContain("opendkim", said, StringComparison.Ordinal);
        Assert.DoesNotContain("opendmarc", said, StringComparison.Ordinal);
    }

    /// <summary>Postfix was already configured before the first run.</summary>
    [Fact]
    public void WhatIsOverwritten_IsSaid_AndComesBack()
    {
        using var root = new ServerRoot(ServerRoots.Debian);
        root.Run("""
            postconf -e 'transport_maps = hash:/etc/postfix/transport' \
              'header_checks = regexp:/etc/postfix/header_checks' \
              'smtpd_recipient_restrictions = reject_unauth_destination' 'always_bcc = archive@mail.example.com' \
              'recipient_bcc_maps = inline:{ get@example.com=archive@mail.example.com }' 'sender_bcc_maps = static:root'
            postconf -M 'smtp/inet=smtp inet n - y - 7 smtpd'
            echo '/^X-Mine:/ IGNORE' >/etc/postfix/header_checks
            """).Good();
        const string Theirs = "postconf -n; postconf -M; cat /etc/postfix/header_checks";
        var before = root.Run(Theirs).Good().Output;
        var release = root.Unpack();

        var said = root.Run($"{release}/install.sh --domain example.com").Good().Output;

        var note = said[said.IndexOf("note: this run replaced these", StringComparison.Ordinal)..];
        Assert.Contains("\n  main.cf: transport_maps = hash:/etc/postfix/transport\n", note, StringComparison.Ordinal);
        Assert.Contains("\n  main.cf: smtpd_recipient_restrictions = reject_unauth_destination\n", note,
            StringComparison.Ordinal);
        Assert.Contains("\n  main.cf: always_bcc = archive@mail.example.com\n", note, StringComparison.Ordinal);
        // No request and no reply is copied.
        Assert.Equal("\n\n\n", root.Run("postconf -h always_bcc recipient_bcc_maps sender_bcc_maps").Output);
        Assert.Contains("\n  master.cf: smtp inet n - y - 7 smtpd\n", note, StringComparison.Ordinal);
        Assert.Contains("\n  /etc/postfix/header_checks\n", note, StringComparison.Ordinal);
        Assert.Contains("Authentication-Results", root.Read("/etc/postfix/header_checks"), StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", root.Run($"{release}/install.sh").Good().Output);

        root.Run($"{release}/install.sh --uninstall").Good();
        Assert.Equal(before, root.Run(Theirs).Good().Output);
    }

    /// <summary>Amazon's time server is used on EC2, where it exists, and nowhere else.</summary>
    [Fact]
    public void AmazonsClock_IsAskedOnEc2Alone()
    {
        using var server = InstalledServer.Restarted();
        const string Clock = "/etc/chrony/conf.d/mail_responder.conf";
        Assert.DoesNotMatch("(?m)^server ", server.Root.Read(Clock));
        Assert.Contains("\nmakestep 1 3\n", server.Root.Read(Clock), StringComparison.Ordinal);
        server.Root.Run("mkdir -p /sys/class/dmi/id && echo 'Amazon EC2' >/sys/class/dmi/id/sys_vendor").Good();
        server.Install().Good();
        Assert.Contains("\nserver 169.254.169.123 prefer ", server.Root.Read(Clock), StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    [Fact]
    public void SshPort_IsWatchedByFail2ban()
    {
        using var server = new InstalledServer(ServerRoots.Debian, "packages", "--domain example.com --ssh-port 2222");
        Assert.Contains("\nport = ssh,2222\n", server.Root.Read("/etc/fail2ban/jail.d/mail_responder.conf"),
            StringComparison.Ordinal);
        server.Root.Run("fail2ban-client -t").Good();
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    /// <summary>
    /// Aliases that the host had before the first run, and a user of that name, belong to the operator.
    /// </summary>
    [Fact]
    public void OperatorsAliases_AreKept()
    {
        using var root = new ServerRoot(ServerRoots.Debian);
        root.Run(
            "echo 'Support: somebody' >>/etc/aliases && useradd --system mail_responder && echo old.example.net "
            + ">/etc/mailname").Good();
        var release = root.Unpack();
        var said = root.Run($"{release}/install.sh --domain example.com").Good().Output;
        Assert.Contains("note: /etc/aliases has its own line for support, which is kept\n", said,
            StringComparison.Ordinal);
        Assert.DoesNotContain("support: forwarder", root.Read("/etc/aliases"), StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", root.Run($"{release}/install.sh").Good().Output);

        root.Run($"{release}/install.sh --uninstall").Good();
        Assert.Equal("old.example.net\n", root.Read("/etc/mailname"));
        Assert.Contains("Support: somebody\n", root.Read("/etc/aliases"), StringComparison.Ordinal);
    }

    private static string WhoIsBelieved(InstalledServer server) => server.Root.Run("""
        responder doctor | grep ' authentication '
        postconf -n | grep -i milter
        grep authserv_id /etc/mail_responder/settings.json
        md5sum /etc/opendkim.conf /etc/opendmarc.conf
        """).Output;

    [Fact]
    public void NoPackages_InstallsNone()
    {
        using var bare = new ServerRoot(ServerRoots.Debian, "bare");
        var run = bare.Run($"{bare.Unpack()}/install.sh --domain example.com --no-packages");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("note: these packages are missing: postfix ", run.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, bare.Run("command -v postconf").ExitCode);

        using var root = new ServerRoot(ServerRoots.Debian);
        root.Run("dpkg --purge logwatch").Good();
        run = root.Run($"{root.Unpack()}/install.sh --domain example.com --no-packages").Good();
        Assert.Contains("note: these packages are missing: logwatch\n", run.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, root.Run("command -v logwatch").ExitCode);
        Assert.Contains("0 fault(s)", root.Run("responder config check").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void FeedbackQueue_IsReadByTheClockUntilNoneIsWanted()
    {
        const string cron = "/etc/cron.d/mail_responder-feedback";
        const string url = "https://sqs.eu-west-1.amazonaws.com/210987654321/news";
        using var server = InstalledServer.Restarted();
        Assert.NotEqual(0, server.Root.Run($"test -e {cron}").ExitCode);
        Assert.Contains("--feedback-queue http://sqs.test/1/q: not the URL of a queue",
            server.Install("--feedback-queue http://sqs.test/1/q").Errors, StringComparison.Ordinal);

        Assert.Contains($"put {cron}\n", server.Install("--feedback-queue " + url).Good().Output,
            StringComparison.Ordinal);
        Assert.Equal($"mail_responder responder feedback --queue {url} >/dev/null\n",
            server.Root.Run($"grep '^[*]' {cron} | cut -d ' ' -f 6-").Good().Output);
        // Runs as the line's user. The settings do not name a topic yet.
        var run = server.Root.Run($"su -s /bin/sh mail_responder -c \"$(grep '^[*]' {cron} | cut -d ' ' -f 7-)\"");
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("no SNS topic is named", run.Errors, StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);

        Assert.Contains($"remove {cron}\n", server.Install("--feedback-queue none").Good().Output,
            StringComparison.Ordinal);
        Assert.NotEqual(0, server.Root.Run($"test -e {cron}").ExitCode);
    }

    /// <summary>docs/install.md tells the operator to edit the file in order to undo some options.</summary>
    [Fact]
    public void RememberedOptions_MayHaveOtherLines()
    {
        using var server = InstalledServer.Restarted();
        server.Root.Run("printf '\\n# mine\\nno-option=1\\n' >>/var/backups/mail_responder/options").Good();

        Assert.Contains("remember these options: answer for ", server.Install().Good().Output,
            StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    [Fact]
    public void Textfiles_HaveTheMetricsUntilNoneIsWanted()
    {
        const string cron = "/etc/cron.d/mail_responder-prometheus";
        using var server = InstalledServer.Restarted();
        Assert.NotEqual(0, server.Root.Run($"test -e {cron}").ExitCode);
        Assert.Contains("--textfiles /srv/none: not an existing folder",
            server.Install("--textfiles /srv/none").Errors, StringComparison.Ordinal);

        server.Root.Run("mkdir /srv/textfiles").Good();
        Assert.Contains($"put {cron}\n", server.Install("--textfiles /srv/textfiles").Good().Output,
            StringComparison.Ordinal);
        server.Root.Run($"sh -c \"$(grep '^7 ' {cron} | cut -d ' ' -f 7-)\"").Good();
        Assert.Contains("mail_responder_messages_total",
            server.Root.Run("cat /srv/textfiles/mail_responder.prom").Good().Output, StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);

        Assert.Contains($"remove {cron}\n", server.Install("--textfiles none").Good().Output, StringComparison.Ordinal);
        Assert.NotEqual(0, server.Root.Run($"test -e {cron}").ExitCode);
    }
}
