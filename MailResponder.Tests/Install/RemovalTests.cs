namespace MailResponder.Tests.Install;

/// <summary><c>install.sh --uninstall</c></summary>
[Collection(ServerRoots.Collection)]
public sealed class RemovalTests
{
    [Fact]
    public void Uninstall_TakesBackWhatWasDoneAndKeepsTheData()
    {
        using var server = new InstalledServer(ServerRoots.Debian, "packages", "--domain example.com --support team@freemail.test");
        server.Root.Run("touch /var/log/mail_responder.log").Good();
        var said = server.Install("--uninstall").Good().Output;

        Assert.Equal(server.Before, server.Configuration());
        server.Root.Run("postfix check && postfix status").Good();
        foreach (var kept in (string[])["/etc/mail_responder/settings.json", "/etc/mail_responder/address.key", "/etc/mail_responder/dkim.key",
            "/var/lib/mail_responder/responder.db", "/var/log/mail_responder.log"])
            Assert.True(File.Exists(server.Root.PathTo(kept)), kept);
        server.Root.Run("getent passwd mail_responder").Good();
        Assert.NotEqual(0, server.Root.Run("getent passwd forwarder || test -e /var/lib/forwarder").ExitCode);
        Assert.Contains("These stay: /etc/mail_responder", said, StringComparison.Ordinal);

        var after = server.Root.Listing();
        Assert.StartsWith("nothing to do\n", server.Install("--uninstall").Good().Output, StringComparison.Ordinal);
        Assert.Equal(after, server.Root.Listing());

        // The next installation goes on with the settings, keys and options that stayed.
        var key = server.Root.Read("/etc/mail_responder/dkim.key");
        server.Install().Good();
        Assert.Equal(key, server.Root.Read("/etc/mail_responder/dkim.key"));
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    [Fact]
    public void Uninstall_KeepsWhatWasEdited()
    {
        using var server = new InstalledServer(ServerRoots.Debian, "packages", "--domain example.com");
        server.Root.Run("echo '# mine' >>/etc/cron.d/mail_responder && postconf -e message_size_limit=1000000").Good();
        server.Root.Run("sed -i 's/^support: .*/support: me/' /etc/aliases && newaliases").Good();
        var said = server.Install("--uninstall").Good().Output;

        Assert.Contains("keep /etc/cron.d/mail_responder, which was edited\n", said, StringComparison.Ordinal);
        Assert.True(File.Exists(server.Root.PathTo("/etc/cron.d/mail_responder")));
        Assert.Contains("keep message_size_limit in main.cf, which was edited\n", said, StringComparison.Ordinal);
        Assert.Contains("message_size_limit = 1000000", server.Root.Run("postconf -n").Output, StringComparison.Ordinal);
        Assert.Contains("support: me\n", server.Root.Read("/etc/aliases"), StringComparison.Ordinal);
        Assert.DoesNotContain("root: forwarder", server.Root.Read("/etc/aliases"), StringComparison.Ordinal);
    }

    [Fact]
    public void DryRuns_ChangeNoByte()
    {
        using var root = new ServerRoot(ServerRoots.Debian, "bare");
        var release = root.Unpack();
        var before = root.Listing();
        var said = root.Run($"{release}/install.sh --dry-run --domain example.com --database mysql --ssh-port 2222 --strict-recipients").Good().Output;
        Assert.Contains("would install the packages postfix ", said, StringComparison.Ordinal);
        Assert.Contains(" mariadb-server ", said, StringComparison.Ordinal);
        Assert.Contains(" opendkim opendmarc dbconfig-no-thanks ", said, StringComparison.Ordinal);
        Assert.Contains("would put /etc/opendkim.conf\n", said, StringComparison.Ordinal);
        Assert.Contains("would put /etc/fail2ban/jail.d/mail_responder.conf\n", said, StringComparison.Ordinal);
        Assert.Contains("would add \"support: forwarder\" to /etc/aliases\n", said, StringComparison.Ordinal);
        Assert.All(said.TrimEnd().Split('\n'), line => Assert.StartsWith("would ", line, StringComparison.Ordinal));
        Assert.Equal(before, root.Listing());

        using var server = new InstalledServer(ServerRoots.Debian, "packages", "--domain example.com");
        before = server.Root.Listing();
        Assert.Contains("would take the service responder/unix out of master.cf\n", server.Install("--uninstall --dry-run").Good().Output, StringComparison.Ordinal);
        Assert.Contains("would set extradomains = example.com, example.org in main.cf (was: example.com)\n",
            server.Install("--add-domain example.org --dry-run").Good().Output, StringComparison.Ordinal);
        said = server.Install("--no-authentication --dry-run").Good().Output;
        Assert.Contains("would take smtpd_milters out of main.cf\n", said, StringComparison.Ordinal);
        Assert.Contains("would put back /etc/opendkim.conf as it was\n", said, StringComparison.Ordinal);
        Assert.Equal(before, server.Root.Listing());
    }
}
