namespace MailResponder.Tests.Install;

/// <summary>Runs install.sh of a later version after the operator has changed files.</summary>
[Collection(ServerRoots.SecondCollection)]
public sealed class UpgradeTests : IDisposable
{
    private const string Rules = "/etc/rsyslog.d/20-mail_responder.conf";
    private const string Rotation = "/etc/logrotate.d/mail_responder";

    private readonly InstalledServer _server = InstalledServer.Restarted();

    private ServerRoot Root => _server.Root;

    public void Dispose() => _server.Dispose();

    [Fact]
    public void EditedFiles_AreKeptAndTheNewOnesPutBeside()
    {
        Root.Run(
            $"echo '# mine' | tee -a {Rules} {Rotation} /etc/mail_responder/settings.json "
            + $"/etc/mail_responder/responses.json; chown -R mail_responder: /etc/mail_responder").Good();
        var edited = Root.Read(Rules);
        MakeNewVersion();

        var said = _server.Install().Good().Output;
        Assert.Contains($"keep {Rules}, which was edited, and write the new version to {Rules}.new\n", said,
            StringComparison.Ordinal);
        Assert.Equal(edited, Root.Read(Rules));
        Assert.EndsWith("# newer\n", Root.Read(Rules + ".new"), StringComparison.Ordinal);
        // logrotate would read a file named .new, and then find the logs twice.
        Assert.False(File.Exists(Root.PathTo(Rotation + ".new")));
        Assert.EndsWith("# newer\n", Root.Read(Rotation + ".dpkg-dist"), StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", Root.Read("/etc/mail_responder/settings.json"), StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", Root.Read("/etc/mail_responder/responses.json"), StringComparison.Ordinal);
        Assert.False(File.Exists(Root.PathTo("/etc/mail_responder/responses.json.new")));
        // Cron runs the program as root, with these settings.
        Assert.Equal("root:mail_responder\n",
            Root.Run("stat -c %U:%G /etc/mail_responder /etc/mail_responder/* | sort -u").Output);
        AssertKept(Rotation, Rules, "/etc/mail_responder/settings.json");
    }

    /// <summary>The way that install.sh names for an edited file, parameter, service or alias.</summary>
    [Fact]
    public void RemovedEdits_AreReplacedByTheOriginals()
    {
        const string Edited = "message_size_limit; postconf -M responder/unix feedback/unix; cat /etc/aliases " + Rules;
        var original = Root.Run("postconf " + Edited).Good().Output;
        Root.Run($"echo '# mine' >>{Rules} && postconf -e message_size_limit=1000000 && "
            + "postconf -F responder/unix/chroot=y feedback/unix/chroot=y && "
            + "sed -i 's/^support: .*/support: me/' /etc/aliases && newaliases").Good();
        AssertKept(Rules, "alias support in /etc/aliases", "feedback/unix in master.cf",
            "message_size_limit in main.cf", "responder/unix in master.cf");

        Root.Run($"rm {Rules} && postconf -X message_size_limit && postconf -MX responder/unix feedback/unix && "
            + "sed -i '/^support:/d' /etc/aliases").Good();
        _server.Install().Good();
        Assert.Equal(Sorted(original), Sorted(Root.Run("postconf " + Edited).Good().Output));
        AssertNothingToDo();

        static IEnumerable<string> Sorted(string lines) => lines.Split('\n').Order(StringComparer.Ordinal);
    }

    /// <summary>Requests wait for them. A new book has placeholders, and DNS does not know a new key.</summary>
    [Fact]
    public void BookOrKeyThatIsLost_IsNotReplaced()
    {
        foreach (var name in (string[])["responses.json", "dkim.key", "address.key"])
        {
            Root.Run($"mv /etc/mail_responder/{name} /root/").Good();
            var run = _server.Install();
            Assert.Equal(78, run.ExitCode);
            Assert.Contains($"/etc/mail_responder/{name} is missing", run.Errors, StringComparison.Ordinal);
            Assert.False(File.Exists(Root.PathTo("/etc/mail_responder/" + name)));
            Root.Run($"mv /root/{name} /etc/mail_responder/").Good();
        }

        AssertNothingToDo();

        // The book may come from elsewhere.
        Root.Run("cd /etc/mail_responder && mv responses.json /root/ && "
            + "sed -i 's|/etc/mail_responder/responses.json|/root/responses.json|' settings.json").Good();
        _server.Install().Good();
    }

    [Fact]
    public void OptionOfTheRun_OverridesAnEditOfItsParameter()
    {
        Root.Run("postconf -e smtp_tls_security_level=may smtpd_banner=mine").Good();
        AssertKept("smtp_tls_security_level in main.cf", "smtpd_banner in main.cf");
        Assert.Contains("set smtp_tls_security_level = encrypt in main.cf (was: may)\n",
            _server.Install("--outgoing-tls encrypt").Good().Output, StringComparison.Ordinal);
        AssertKept("smtpd_banner in main.cf");
    }

    /// <summary>dpkg restores the line with a new version of the package, and people add it again too.</summary>
    [Fact]
    public void SharedRotation_LosesTheMailLogAgain_AndNothingElse()
    {
        const string Shared = "/etc/logrotate.d/rsyslog";
        const string Errors = "logrotate -d /etc/logrotate.conf 2>&1 | grep error";
        Root.Run($"sed -i 's|^/var/log/syslog|&\\n/var/log/mail.log|; $a# theirs' {Shared}").Good();
        var theirs = Root.Read(Shared);
        Assert.Contains("duplicate log entry for /var/log/mail.log", Root.Run(Errors).Output, StringComparison.Ordinal);

        _server.Install().Good();
        Assert.Equal(theirs.Replace("/var/log/mail.log\n", "", StringComparison.Ordinal), Root.Read(Shared));
        Assert.Empty(Root.Run(Errors).Output);
        AssertNothingToDo();

        _server.Install("--uninstall").Good();
        Assert.Equal(theirs, Root.Read(Shared));
    }

    [Fact]
    public void UneditedFiles_AreReplaced()
    {
        MakeNewVersion();
        var said = _server.Install().Good().Output;
        Assert.Contains($"put {Rules}\n", said, StringComparison.Ordinal);
        Assert.EndsWith("# newer\n", Root.Read(Rules), StringComparison.Ordinal);
        Assert.Contains("restart rsyslog\n", said, StringComparison.Ordinal);
        Assert.Contains(
            "set message_size_limit = 4096000 in main.cf (was: 31457280)\n", said, StringComparison.Ordinal);
        Assert.Equal("4096000", Root.Run("postconf -h message_size_limit").Output.Trim());
        AssertNothingToDo();
    }

    [Fact]
    public void EditedParametersAndServices_AreKept()
    {
        Root.Run(
            "postconf -e message_size_limit=1000000 && postconf -M 'responder/unix=responder unix - n n - 7 pipe "
            + "user=mail_responder argv=/usr/local/bin/responder'").Good();
        string[] edits = ["message_size_limit in main.cf", "responder/unix in master.cf"];
        AssertKept(edits);
        MakeNewVersion();
        Root.Run($"sed -i 's/--queue-id/--dry-run --queue-id/' {_server.ReleaseFile("postfix/master.cf")}").Good();

        var said = _server.Install().Good().Output;
        Assert.Contains("keep message_size_limit in main.cf, which was edited; this version would set it to: 4096000\n",
            said, StringComparison.Ordinal);
        Assert.Contains("keep the service responder/unix in master.cf, which was edited", said,
            StringComparison.Ordinal);
        Assert.Equal("1000000", Root.Run("postconf -h message_size_limit").Output.Trim());
        Assert.Contains(" 7 ", Root.Run("postconf -M responder/unix").Output, StringComparison.Ordinal);
        AssertKept(edits);
    }

    /// <summary>The old program answers from the last good book, which the new one could not use.</summary>
    [Fact]
    public void FaultyBook_KeepsTheOldProgram()
    {
        const string book = "/etc/mail_responder/responses.json";
        var program = _server.ReleaseFile("responder");
        Root.Run($"echo >>{program} && sed -i.good 's/\\[/(/' {book}").Good();
        var run = _server.Install();
        Assert.Equal(78, run.ExitCode);
        Assert.Contains($"run {program} config check", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"{book}:", Root.Run(program + " config check").Output, StringComparison.Ordinal);
        Root.Run($"! cmp -s /usr/local/bin/responder {program}").Good();

        Root.Run($"mv {book}.good {book}").Good();
        Assert.Contains("put /usr/local/bin/responder\n", _server.Install().Good().Output, StringComparison.Ordinal);

        // The first message fetches the book from S3.
        Root.Run($"echo >>{program}; sed -i s,{book},/srv/responses.json, /etc/mail_responder/settings.json").Good();
        Assert.Contains("put /usr/local/bin/responder\n", _server.Install().Good().Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// A file that the new version no longer has is removed, and a parameter that it no longer sets is reset.
    /// </summary>
    [Fact]
    public void WhatIsNoLongerShipped_IsTakenBack()
    {
        Root.Run(
            $"rm {_server.ReleaseFile("system/logrotate.d/mail_responder")} && sed -i '/^maximal_backoff_time/d' "
            + $"{_server.ReleaseFile("postfix/main.cf")}").Good();
        _server.Install().Good();
        Assert.False(File.Exists(Root.PathTo(Rotation)));
        Assert.DoesNotContain("maximal_backoff_time", Root.Run("postconf -n").Output, StringComparison.Ordinal);
        AssertNothingToDo();
    }

    [Fact]
    public void Domain_IsNeverDroppedUnasked()
    {
        var before = Root.Listing();
        foreach (var (options, refusal) in ((string, string)[])[
            ("--domain example.org", "--add-domain example.org"),
            ("--remove-domain example.com", "to remove all, use --uninstall"),
            ("--add-domain example.org --remove-domain example.com", "give --from too"),
            ("--remove-domain example.net", "not one of the domains answered for: example.com")])
        {
            var run = _server.Install(options);
            Assert.Equal(64, run.ExitCode);
            Assert.Contains(refusal, run.Errors, StringComparison.Ordinal);
            Assert.Equal(before, Root.Listing());
        }

        // The first refusal advises the first of these.
        foreach (var (options, domains) in ((string, string)[])[
            ("--add-domain example.org", "example.com, example.org"),
            ("--remove-domain example.org", "example.com"),
            ("--domain example.com --domain example.org", "example.com, example.org"),
            ("--remove-domain example.org", "example.com"),
            ("--add-domain example.org --remove-domain example.com --from help@example.org", "example.org")])
        {
            _server.Install(options).Good();
            Assert.Equal(domains, Root.Run("postconf -h extradomains").Output.Trim());
            Assert.Contains(
                $"\"own_domains\": [\"{domains.Replace(", ", "\", \"", StringComparison.Ordinal)}\", "
                + "\"mail.example.com\"",
                Root.Read("/etc/mail_responder/settings.json"), StringComparison.Ordinal);
            AssertNothingToDo();
        }
    }

    [Fact]
    public void DroppedDomain_IsNamed()
    {
        _server.Install("--add-domain example.org").Good();
        Assert.Contains(
            "--domain would drop example.com. To keep it, omit --domain; to drop it, add --remove-domain "
            + "example.com\n",
            _server.Install("--domain example.org").Errors, StringComparison.Ordinal);
        AssertNothingToDo();
    }

    [Fact]
    public void AnotherDomain_IsAdded()
    {
        _server.Install("--add-domain example.org --ses-region eu-west-1").Good();
        Assert.Equal("example.com, example.org", Root.Run("postconf -h extradomains").Output.Trim());
        Assert.Contains("example.org", Root.Read("/etc/postfix/sender_access"), StringComparison.Ordinal);
        var settings = Root.Read("/etc/mail_responder/settings.json");
        Assert.Contains(
            "\"own_domains\": [\"example.com\", \"example.org\", \"mail.example.com\", \"localhost.example.com\"]",
            settings, StringComparison.Ordinal);
        Assert.Contains("\"ses\": { \"region\": \"eu-west-1\" }", settings, StringComparison.Ordinal);
        Assert.Contains("0 fault(s)", Root.Run("responder config check").Output, StringComparison.Ordinal);
        AssertNothingToDo();
    }

    /// <summary>
    /// The service's user may put anything into its own folder. Root's chown and chmod must not follow links there.
    /// </summary>
    [Fact]
    public void LinkInTheServicesFolder_LeadsRootNowhere()
    {
        const string look = "stat -c '%n %a %U:%G %Z' /etc /etc/shadow /etc/postfix; ls -d /nowhere 2>&1; ls /etc";
        foreach (var (name, target) in ((string, string)[])[
            ("files", "/etc"), ("files", "/etc/shadow"), ("files", "/nowhere"), ("postfix", "/etc")])
        {
            Root.Run(
                "cd /var/lib/mail_responder && setpriv --reuid=mail_responder --regid=mail_responder --clear-groups sh "
                + $"-c 'rm -rf {name} && ln -s {target} {name}'").Good();
            var before = Root.Run(look).Output;
            var said = _server.Install();
            Assert.Equal(before, Root.Run(look).Output);
            if (name == "files")
                Assert.Contains(
                    "/var/lib/mail_responder/files is not a folder of mail_responder, and was left unchanged",
                    said.Errors, StringComparison.Ordinal);
        }
    }

    /// <summary>Adds a line to files of the release, and changes a parameter.</summary>
    private void MakeNewVersion()
    {
        foreach (var file in (string[])["rsyslog/20-mail_responder.conf", "system/logrotate.d/mail_responder"])
            Root.Run($"echo '# newer' >>{_server.ReleaseFile(file)}").Good();
        Root.Run(
            $"sed -i 's/^message_size_limit = .*/message_size_limit = 4096000/' "
            + $"{_server.ReleaseFile("postfix/main.cf")}").Good();
    }

    /// <summary>A run changes nothing, and names the edits that it keeps.</summary>
    private void AssertKept(params string[] edits)
    {
        var said = _server.Install().Good().Output.TrimEnd().Split('\n');
        Assert.Equal(edits.Select(edit => "kept, edited: " + edit).Order(StringComparer.Ordinal),
            said[..^2].Order(StringComparer.Ordinal));
        Assert.Equal("nothing else to do", said[^1]);
    }

    private void AssertNothingToDo() => Assert.Equal("nothing to do\n", _server.Install().Good().Output);
}
