using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>Tests of <c>install.sh --uninstall</c>.</summary>
[Collection(ServerRoots.SecondCollection)]
public sealed class RemovalTests
{
    [Fact]
    public void Uninstall_TakesBackWhatWasDoneAndKeepsTheData()
    {
        using var server = InstalledServer.Restarted();
        server.Root.Run("touch /var/log/mail_responder.log").Good();
        var said = server.Install("--uninstall").Good().Output;

        Assert.Equal(server.Before, server.Configuration());
        server.Root.Run("postfix check && postfix status").Good();
        foreach (var kept in (string[])["/etc/mail_responder/settings.json", "/etc/mail_responder/address.key",
            "/etc/mail_responder/dkim.key",
            "/var/lib/mail_responder/responder.db", "/var/log/mail_responder.log"])
            Assert.True(File.Exists(server.Root.PathTo(kept)), kept);
        server.Root.Run("getent passwd mail_responder").Good();
        Assert.NotEqual(0, server.Root.Run("getent passwd forwarder || test -e /var/lib/forwarder").ExitCode);
        Assert.Contains("These stay: /etc/mail_responder", said, StringComparison.Ordinal);

        var after = server.Root.Listing();
        Assert.StartsWith("nothing to do\n", server.Install("--uninstall").Good().Output, StringComparison.Ordinal);
        Assert.Equal(after, server.Root.Listing());

        // The next installation uses the settings, keys and options that were kept.
        var key = server.Root.Read("/etc/mail_responder/dkim.key");
        server.Install().Good();
        Assert.Equal(key, server.Root.Read("/etc/mail_responder/dkim.key"));
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    /// <summary>
    /// install.sh installed the package of Postfix, which created /etc/mailname with the name it was given.
    /// </summary>
    [Theory]
    [MemberData(nameof(ServerRoots.Suites), MemberType = typeof(ServerRoots))]
    public void Uninstall_LeavesAPostfixThatAnswers(string suite)
    {
        using var server = InstalledServer.Restarted(suite, "bare", InstalledServers.Options);
        server.Install("--mail-log-days 3").Good();
        Assert.Contains("\n\trotate 3\n", server.Root.Read("/etc/logrotate.d/mail_responder-mail"),
            StringComparison.Ordinal);
        Assert.Contains("\nMaxRetentionSec=3day\n",
            server.Root.Read("/etc/systemd/journald.conf.d/mail_responder.conf"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", Answer(server.Root, "get@example.org"), StringComparison.Ordinal);
        server.Install("--uninstall").Good();

        server.Root.Run("postfix check && postfix status").Good();
        Assert.Equal("mail.example.com", server.Root.Read("/etc/mailname").Trim());
        Assert.Empty(server.Root.Run("dpkg --verify rsyslog logrotate").Good().Output);
        Assert.Matches("^[45]54 .*Relay access denied", Answer(server.Root, "get@example.org"));
        Assert.StartsWith("550 ", Answer(server.Root, "get@mail.example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", Answer(server.Root, "postmaster@mail.example.com"), StringComparison.Ordinal);
        Assert.DoesNotMatch("mail_responder|responder",
            server.Root.Run("postconf -n; postconf -M; cat /etc/aliases").Output);
        Assert.StartsWith("nothing to do\n", server.Install("--uninstall").Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Uninstall_GivesBackThePostfixThatWas()
    {
        using var root = new ServerRoot(ServerRoots.Debian);
        string[] recipients = ["get@example.com", "root@mail.example.com", "nobody.here@mail.example.com",
            "a@example.net"];
        root.Run(
            "echo mail.example.com >/etc/mailname && postconf -e 'mydestination = mail.example.com' && newaliases && "
            + "postfix start").Good();
        var before = Answers();
        var release = root.Unpack();
        root.Run($"{release}/install.sh --domain example.com").Good();
        Assert.NotEqual(before, Answers());

        root.Run($"{release}/install.sh --uninstall").Good();
        Assert.Equal(before, Answers());
        Assert.Equal("mail.example.com\n", root.Read("/etc/mailname"));

        string Answers() => string.Join('\n', recipients.Select(recipient => Answer(root, recipient)));
    }

    /// <summary>
    /// Mail is not accepted from the first change that is undone until Postfix is as it was before; the program is
    /// removed after that. Requests waiting for the responder are not delivered to a mailbox.
    /// </summary>
    [Fact]
    public void Uninstall_StopsAcceptingBeforeItRemoves()
    {
        using var server = InstalledServer.Restarted();
        server.Root.StartServices();
        server.Root.Run("chmod 0 /usr/local/bin/responder").Good();
        var request = RequestMail.FromSomebodyNew();
        server.Root.Outside.Send(request).Good();
        Patience.Until("the request waits", () =>
            server.Root.Run("postqueue -p").Output.Contains("mail_responder+get@localhost", StringComparison.Ordinal));
        foreach (var (program, watched) in ((string, string)[])[
            ("postconf", "'-X '*"), ("rm", "'-f /usr/local/bin/responder'")])
        {
            server.Root.Write($"/usr/local/sbin/{program}", $$"""
                #!/bin/sh
                PATH=/usr/sbin:/usr/bin:/sbin:/bin
                case "$*" in {{watched}}) ;; *) exec {{program}} "$@" ;; esac
                if [ -e /usr/local/bin/responder ]; then there=yes; else there=no; fi
                if postfix status 2>/dev/null; then runs=yes; else runs=no; fi
                if postconf -n luser_relay | grep -q mail_responder; then ours=yes; else ours=no; fi
                echo "{{program}} $* there=$there runs=$runs ours=$ours" >>/root/steps
                exec {{program}} "$@"
                """);
            server.Root.Run($"chmod 755 /usr/local/sbin/{program}").Good();
        }

        var said = server.Install("--uninstall").Good().Output;

        var steps = server.Root.Read("/root/steps").Split('\n');
        var unset = steps.Where(step => step.StartsWith("postconf -X", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(unset);
        Assert.All(unset, step =>
            Assert.EndsWith("there=yes runs=no", step.Split(" ours")[0], StringComparison.Ordinal));
        var removed = Assert.Single(steps, step =>
            step.StartsWith("rm -f /usr/local/bin/responder ", StringComparison.Ordinal));
        Assert.EndsWith("there=yes runs=yes ours=no", removed, StringComparison.Ordinal);
        Assert.Contains("note: 1 request(s) wait in the queue and are on hold", said, StringComparison.Ordinal);
        Assert.Contains("! ", server.Root.Run("postqueue -p").Output, StringComparison.Ordinal);
        Assert.NotEqual(0, server.Root.Run("test -e /var/mail/mail_responder").ExitCode);

        // A new installation answers the request.
        server.Root.Run("rm /usr/local/sbin/postconf /usr/local/sbin/rm").Good();
        server.Install().Good();
        server.Root.Run("postsuper -H ALL && postqueue -f").Good();
        Patience.Until("the reply", () => server.Root.Outside.MailFilesTo(request.From).Count == 1,
            () => server.Root.Log("mail.log"));
    }

    /// <summary>
    /// Debian's Postfix sends in the clear if it must. Mail that waits because an attacker hides the other side's TLS
    /// reveals who asked: a reply, or a requester's mail to support. It must not leave through the restored Postfix.
    /// </summary>
    [Fact]
    public void Uninstall_HoldsWhatWaitsForEncryption()
    {
        using var server = InstalledServer.Restarted();
        server.Root.StartServices();
        server.Root.Run("postconf -e smtp_discard_ehlo_keywords=starttls && postfix reload").Good();
        var reader = RequestMail.FromSomebodyNew();
        server.Root.Outside.Send(reader).Good();
        server.Root.Outside.Send(reader, "support@example.com").Good();
        Patience.Until("both wait", () =>
            server.Root.Run("postqueue -j | grep -c 'TLS is required, but was not offered'").Output == "2\n",
            () => server.Root.Run("postqueue -j; cat /var/log/mail.log").Output);

        var said = server.Install("--uninstall").Good().Output;

        Assert.Contains("note: 2 message(s) wait to be sent and are on hold", said, StringComparison.Ordinal);
        Assert.Equal("2\n", server.Root.Run("""postqueue -j | grep -c '"queue_name": "hold"'""").Output);
        server.Root.Run("postqueue -f; echo x | sendmail -f root@mail.example.com other@freemail.test").Good();
        Patience.Until("mail of the host itself", () =>
            server.Root.Outside.MailFilesTo("other@freemail.test").Count > 0);
        Assert.Single(server.Root.Outside.MailFiles);
    }

    /// <summary>
    /// The earlier configuration needs a file that no longer exists. The responder then stays in service until the file
    /// is back.
    /// </summary>
    [Fact]
    public void Uninstall_ThatPostfixRefuses_RemovesNothing()
    {
        using var root = new ServerRoot(ServerRoots.Debian);
        root.Run("echo mail.example.com >/etc/their-name && postconf -e myorigin=/etc/their-name").Good();
        var release = root.Unpack();
        root.Run($"{release}/install.sh --domain example.com && rm /etc/their-name").Good();

        var run = root.Run($"{release}/install.sh --uninstall");

        Assert.Equal(78, run.ExitCode);
        root.Run("postfix check && postfix status && responder --version && test -e /etc/cron.d/mail_responder").Good();
        Assert.Contains("mail_responder", root.Run("postconf -h luser_relay").Output, StringComparison.Ordinal);
        Assert.StartsWith("250 ", Answer(root, "get@example.com"), StringComparison.Ordinal);

        root.Run($"echo mail.example.com >/etc/their-name && {release}/install.sh --uninstall").Good();
        root.Run("postfix check && postfix status && ! test -e /usr/local/bin/responder").Good();
    }

    [Fact]
    public void Uninstall_KeepsWhatWasEdited()
    {
        using var server = InstalledServer.Restarted();
        server.Root.Run("echo '# mine' >>/etc/cron.d/mail_responder && postconf -e message_size_limit=1000000").Good();
        server.Root.Run("sed -i 's/^support: .*/support: me/' /etc/aliases && newaliases").Good();
        var said = server.Install("--uninstall").Good().Output;

        Assert.Contains("keep /etc/cron.d/mail_responder, which was edited\n", said, StringComparison.Ordinal);
        Assert.True(File.Exists(server.Root.PathTo("/etc/cron.d/mail_responder")));
        Assert.Contains("keep message_size_limit in main.cf, which was edited\n", said, StringComparison.Ordinal);
        Assert.Contains("message_size_limit = 1000000", server.Root.Run("postconf -n").Output,
            StringComparison.Ordinal);
        Assert.Contains("support: me\n", server.Root.Read("/etc/aliases"), StringComparison.Ordinal);
        Assert.DoesNotContain("root: forwarder", server.Root.Read("/etc/aliases"), StringComparison.Ordinal);
    }

    /// <summary>
    /// Returns Postfix's answer to a stranger's RCPT TO. After a refusal, Postfix would delay the answer to QUIT by 20
    /// seconds.
    /// </summary>
    private static string Answer(ServerRoot root, string recipient)
    {
        var said = root.Outside.Send(RequestMail.FromSomebodyNew(), recipient, "--drop-after", "RCPT").Output.Split(
            '\n');
        var asked = Array.FindIndex(said, line => line.Contains("RCPT TO:", StringComparison.Ordinal));
        return asked < 0 ? string.Join('\n', said) : said[asked + 1][4..].TrimStart();
    }

    [Fact]
    public void DryRuns_ChangeNoByte()
    {
        using var root = new ServerRoot(ServerRoots.Debian, "bare");
        var release = root.Unpack();
        var before = root.Listing();
        var said = root.Run(
            $"{release}/install.sh --dry-run --domain example.com --database mysql --ssh-port 2222 --strict-recipients")
            .Good().Output;
        Assert.Contains("would install the packages postfix ", said, StringComparison.Ordinal);
        Assert.Contains(" mariadb-server ", said, StringComparison.Ordinal);
        Assert.Contains(" opendkim opendmarc dbconfig-no-thanks ", said, StringComparison.Ordinal);
        Assert.Contains("would put /etc/opendkim.conf\n", said, StringComparison.Ordinal);
        Assert.Contains("would put /etc/fail2ban/jail.d/mail_responder.conf\n", said, StringComparison.Ordinal);
        Assert.Contains("would add \"support: forwarder\" to /etc/aliases\n", said, StringComparison.Ordinal);
        Assert.All(said.TrimEnd().Split('\n'), line => Assert.StartsWith("would ", line, StringComparison.Ordinal));
        Assert.Equal(before, root.Listing());

        using var server = InstalledServer.Restarted();
        before = server.Root.Listing();
        Assert.Contains("would take the service responder/unix out of master.cf\n",
            server.Install("--uninstall --dry-run").Good().Output, StringComparison.Ordinal);
        Assert.Contains("would set extradomains = example.com, example.org in main.cf (was: example.com)\n",
            server.Install("--add-domain example.org --dry-run").Good().Output, StringComparison.Ordinal);
        said = server.Install("--no-authentication --dry-run").Good().Output;
        Assert.Contains("would take smtpd_milters out of main.cf\n", said, StringComparison.Ordinal);
        Assert.Contains("would put back /etc/opendkim.conf as it was\n", said, StringComparison.Ordinal);
        Assert.Equal(before, server.Root.Listing());
    }
}
