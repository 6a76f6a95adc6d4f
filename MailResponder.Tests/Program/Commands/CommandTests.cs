using System.Globalization;
using System.Text.RegularExpressions;
using MailResponder.Tests.Host;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>The commands for the operator, which use the real sysexits codes.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public void Help_NamesEveryCommandAndTheExitCode()
    {
        var run = Bare("--help");
        Assert.Equal(0, run.ExitCode);
        foreach (var word in (string[])["--recipient", "--sender", "--settings", "--dry-run", "blacklist", "config",
            "send", "feedback", "dkim", "stats", "75"])
            Assert.Contains(word, run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_NamesCommitAndKindOfBuild()
    {
        var run = Bare("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(VersionLine(), run.OutputText);
    }

    [Fact]
    public void UsageErrorOfACommand_Is64()
    {
        using var place = new Workplace();
        Assert.Equal(64, place.Command("blacklist").ExitCode);
        Assert.Equal(64, place.Command("blacklist", "no-such-verb").ExitCode);
        Assert.Equal(64, place.Command("send", "--to").ExitCode);
    }

    [Fact]
    public void ConfigCheck_OfAGoodPlace_IsContent()
    {
        using var place = new Workplace();
        var run = place.Command("config", "check");
        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
    }

    [Fact]
    public void AttachmentsThatTheHostsPostfixDoesNotTake_AreAFault()
    {
        using var place = new Workplace();
        place.Settings["send_method"] = "sendmail";
        place.Write();
        using (var file = File.OpenWrite(place.PathTo("files/tools/tool.zip")))
            file.SetLength(20_000_000);

        var run = place.Command("config", "check");

        var said = ToolRun.Of("postconf", "-h", "message_size_limit").AssertDone();
        var limit = long.Parse(said, CultureInfo.InvariantCulture);
        var expected = limit is > 0 and < 26_214_400
            ? string.Create(CultureInfo.InvariantCulture, $"Postfix accepts {limit / 1024 / 1024.0:0.0} MB")
            : "large providers accept 25 MB";
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("entry 2, attachments: encoded they are 26.1 MB, but " + expected, run.OutputText,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigCheck_SaysThatRepliesAreUnsigned()
    {
        using var place = new Workplace();
        place.Settings.Remove("dkim");
        place.Write();
        var run = place.Command("config", "check");
        Assert.Equal(0, run.ExitCode);
        Assert.Single(UnsignedWord().Matches(run.OutputText + run.Errors));
    }

    [Fact]
    public void ConfigCheck_ListsEveryFaultOfABook()
    {
        using var place = new Workplace();
        File.WriteAllText(place.PathTo("bad.json"), """
            [
              { "email_addr": "GET@example.com", "body": "x", "attachments": null },
              { "email_addr": "links@example.com", "body": "", "attachments": null },
              { "email_addr": "links@example.com", "body": [["jpeg", "x"]], "attachments": null },
              { "email_addr": "links@example.com", "body": "x", "attachment": null },
              { "email_addr": "links@example.com", "body": "x",
                "attachments": [["tools", "missing.zip", "missing.zip"]] }
            ]
            """);
        var run = place.Command("config", "check", place.PathTo("bad.json"));
        Assert.Equal(65, run.ExitCode);
        string[] faults = ["GET@example.com", "body", "jpeg", "attachment", "missing.zip"];
        for (var line = 2; line <= 5; line++)
            Assert.Contains(line.ToString(CultureInfo.InvariantCulture), run.OutputText + run.Errors,
                StringComparison.Ordinal);
        Assert.All(faults, fault => Assert.Contains(fault, run.OutputText + run.Errors, StringComparison.Ordinal));
    }

    [Fact]
    public void ConfigCheck_NamesTheNearestSetting()
    {
        using var place = new Workplace();
        place.Settings["dayly_limit"] = 3;
        place.Settings["deadline_seconds"] = "soon";
        place.Write();
        var run = place.Command("config", "check");
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("dayly_limit", run.OutputText + run.Errors, StringComparison.Ordinal);
        Assert.Contains("daily_limit", run.OutputText + run.Errors, StringComparison.Ordinal);
        Assert.Contains("deadline_seconds", run.OutputText + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigShow_ShowsAnAddressesReplies()
    {
        using var place = new Workplace();
        var run = place.Command("config", "show", "get@example.com");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("https://example.com/tools", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("tool.zip", run.OutputText, StringComparison.Ordinal);
        Assert.NotEqual(0, place.Command("config", "show", "nobody@example.com").ExitCode);
    }

    [Fact]
    public void Blacklist_BlocksAllowsAndRemoves()
    {
        using var place = new Workplace();
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        int RepliesToOneMore()
        {
            var before = place.Outbox.Count;
            place.Filter(person.Again(), "--recipient", "links@example.com").AssertDone();
            return place.Outbox.Count - before;
        }
        void Blacklist(string verb, params string[] names)
        {
            var run = place.Command(["blacklist", verb, .. names]);
            Assert.True(run.ExitCode == 0, run.Errors);
        }

        Assert.Equal(1, RepliesToOneMore());
        Assert.Contains("1 of 3", place.Command("blacklist", "check", person.From).OutputText,
            StringComparison.Ordinal);
        Blacklist("block", person.From.ToUpperInvariant());
        Assert.Equal(0, RepliesToOneMore());
        Assert.Contains("blocked", place.Command("blacklist", "check", person.From).OutputText,
            StringComparison.Ordinal);
        Blacklist("remove", person.From);
        Assert.Equal(1, RepliesToOneMore());
        Blacklist("allow", person.From);
        for (var i = 0; i < 5; i++) Assert.Equal(1, RepliesToOneMore());
        Blacklist("remove", person.From);
        Blacklist("block", "freemail.test");
        Assert.Equal(0, RepliesToOneMore());
        var shown = place.Command("blacklist", "show").OutputText;
        Assert.DoesNotContain("freemail", shown, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("1", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_SendsWhatARequestWouldGet()
    {
        using var place = new Workplace();
        var run = place.Command("send", "--to", "tester@freemail.test", "--as", "get@example.com", "--subject",
            "a test");
        Assert.True(run.ExitCode == 0, run.Errors);
        var replies = ReadMail.All(place.Outbox);
        Assert.Equal(2, replies.Count);
        Assert.All(replies, reply => Assert.Equal("tester@freemail.test", reply["To"]));
        Assert.NotEqual(0, place.Command(
            "send", "--to", "tester@freemail.test", "--as", "nobody@example.com").ExitCode);
    }

    /// <summary>Addresses that sudo, the shell or ps would record are read from standard input instead.</summary>
    [Fact]
    public void StandardInput_NamesAddressesOnePerLine()
    {
        using var place = new Workplace();
        ProgramRun With(string input, params string[] command) => ResponderProcess.Run(
            ResponderProcess.Plainly,
            System.Text.Encoding.UTF8.GetBytes(input),
            [.. command, "--settings", place.SettingsFile]);
        const string both = "one@freemail.test\n\n  freemail.example\r\n";
        var run = With(both, "blacklist", "block", "-");
        Assert.Equal((0, "line 1: blocked\nline 3: blocked\n"), (run.ExitCode, run.OutputText));
        Assert.Equal("line 1: blocked\nline 3: blocked\n", With(both, "blacklist", "check", "-").OutputText);
        Assert.Equal("blocked\n", place.Command("blacklist", "check", "one@freemail.test").OutputText);
        Assert.Equal(
            "line 1: on no list (was blocked)\nline 3: on no list (was blocked)\n",
            With(both, "blacklist", "remove", "-").OutputText);
        run = With("tester@freemail.test\n", "send", "--to", "-", "--as", "get@example.com");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.All(ReadMail.All(place.Outbox), reply => Assert.Equal("tester@freemail.test", reply["To"]));
        foreach (var (input, command) in ((string, string[])[])
        [
            ("", ["blacklist", "block", "-"]),
            ("one@freemail.test\nnobody at all\n", ["blacklist", "block", "-"]),
            ("a@freemail.test\nb@freemail.test\n", ["send", "--to", "-", "--as", "get@example.com"]),
            ("freemail.test\n", ["send", "--to", "-", "--as", "get@example.com"]),
        ])
        {
            run = With(input, command);
            Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
            Assert.DoesNotContain("freemail.test", run.Errors, StringComparison.Ordinal);
        }

        Assert.Equal("0 of 3 used\n", place.Command("blacklist", "check", "one@freemail.test").OutputText);
    }

    [Theory]
    [InlineData("*@example.com", "write the domain: example.com")]
    [InlineData("@example.com", "write the domain: example.com")]
    [InlineData("*.example.com", "write the domain: example.com")]
    [InlineData("j*@example.com", "write whole addresses, or a domain")]
    [InlineData("a b@example.com", "write each address as a separate argument")]
    [InlineData("\"a b\"@example.com", "write each address as a separate argument")]
    [InlineData("a@example.com b@example.com", "write each address as a separate argument")]
    [InlineData("a@example.com,b@example.com", "write each address as a separate argument")]
    [InlineData("a@example.com,", "write each address as a separate argument")]
    [InlineData("<a@example.com>", "write only the part between < and >")]
    [InlineData("a@b@example.com", "write it like name@example.com or example.com")]
    [InlineData("mailto:a@example.com", "write it like name@example.com or example.com")]
    [InlineData("example", "write it like name@example.com or example.com")]
    public void Blacklist_RefusesWhatIsNoAddressAndSaysWhatToWrite(string subject, string remedy)
    {
        using var place = new Workplace();
        foreach (var verb in (string[])["block", "allow", "remove", "check"])
        {
            var run = place.Command("blacklist", verb, "good@example.org", subject);
            Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
            Assert.Contains(remedy, run.Errors, StringComparison.Ordinal);
        }

        Assert.Equal("0 of 3 used\n", place.Command("blacklist", "check", "good@example.org").OutputText);
    }

    [Fact]
    public void BlacklistCheck_OfADomain_TellsWhatIsInForceThere()
    {
        using var place = new Workplace();
        place.Settings["blocked_domains"] = new System.Text.Json.Nodes.JsonArray("spam.example");
        place.Settings["exempt_domains"] = new System.Text.Json.Nodes.JsonArray("ours.example");
        place.Write();
        string Check(string domain) => place.Command("blacklist", "check", domain).OutputText;
        Assert.Equal("on no list\n", Check("freemail.test"));
        Assert.Equal(0, place.Command("blacklist", "block", "freemail.test").ExitCode);
        Assert.Equal("blocked\n", Check("Freemail.test."));
        Assert.Equal("blocked\n", Check("mail.freemail.test"));
        Assert.Equal("blocked by blocked_domains\n", Check("spam.example"));
        Assert.Equal("exempt_domains, no quota\n", Check("ours.example"));
        Assert.Equal("freemail.test: blocked\nours.example: exempt_domains, no quota\n",
            place.Command("blacklist", "check", "freemail.test", "ours.example").OutputText);
    }

    /// <remarks>A database in a folder that was created because of a typo in the path has none of the lists.</remarks>
    [Fact]
    public void FolderThatIsMade_IsTold()
    {
        using var place = new Workplace();
        place.Settings["database"] = new System.Text.Json.Nodes.JsonObject { ["sqlite"] = "slip/responder.db" };
        place.Settings["outbox"] = "slip2/outbox";
        place.Write();
        Assert.Contains(
            $"warning: database.sqlite: there is no folder {place.PathTo("slip")};",
            place.Command("config", "check").OutputText, StringComparison.Ordinal);
        var run = place.Command("blacklist", "show");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            $"responder: folder: {place.PathTo("slip")} did not exist and was created; is its path right?\n",
            run.Errors);
        Assert.Empty(place.Command("blacklist", "show").Errors);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Contains(place.Log.Reports, line => line.StartsWith("<131>", StringComparison.Ordinal)
            && line.Contains(
                $": folder: {place.PathTo("slip2/outbox")} did not exist and was created", StringComparison.Ordinal));
    }

    [Fact]
    public void SendmailThatIsNoProgram_IsExplained()
    {
        using var place = new Workplace();
        place.SendThrough("cat > /dev/null");
        File.WriteAllText(place.PathTo("sendmail"), "cat > /dev/null\n");
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains(
            "sendmail cannot be started: it is not a program; a script must begin with a line like #!/bin/sh",
            place.Log.Reports[^1], StringComparison.Ordinal);
        File.SetUnixFileMode(place.PathTo("sendmail"), UnixFileMode.UserRead);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains(
            "sendmail cannot be started: it may not be run by the user root", place.Log.Reports[^1],
            StringComparison.Ordinal);
        File.WriteAllText(place.PathTo("sendmail"), "#!/nowhere/sh\n");
        File.SetUnixFileMode(place.PathTo("sendmail"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains(
            "sendmail cannot be started: it names an interpreter in its first line that does not exist",
            place.Log.Reports[^1], StringComparison.Ordinal);
    }

    /// <summary>Root may read everything, but the service may not.</summary>
    [Theory]
    [InlineData("responses.json")]
    [InlineData("settings.json")]
    [InlineData("files/tools/tool.zip")]
    [InlineData("dkim.key")]
    [InlineData("address.key")]
    public void ConfigCheckByRoot_LooksWithTheEyesOfTheService(string file)
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        place.GiveTo("mail_responder");
        var run = place.Command("config", "check");
        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        File.SetUnixFileMode(place.PathTo(file), UnixFileMode.None);
        Chown("root:", place.PathTo(file));
        run = place.Command("config", "check");
        Assert.True(run.ExitCode is 65 or 78, run.OutputText + run.Errors);
        Assert.Contains($"{file.Split('/')[^1]}: ", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("the user mail_responder may not read", run.OutputText, StringComparison.Ordinal);
    }

    private static void Chown(string owner, string path)
    {
        using var chown = System.Diagnostics.Process.Start("chown", [owner, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    [Fact]
    public void FilterOnATerminal_SaysWhatItExpects()
    {
        using var place = new Workplace();
        var (exitCode, said) = Terminal.Run($"{ResponderProcess.Binary} --settings {place.SettingsFile}");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("standard input", said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void FailureOnATerminal_IsExplainedThere()
    {
        using var place = new Workplace();
        File.WriteAllText(place.PathTo("responses.json"), "[]");
        File.WriteAllBytes(place.PathTo("mail.eml"), RequestMail.FromSomebodyNew().ToBytes());
        var (exitCode, said) = Terminal.Run(
            $"{ResponderProcess.Binary} --settings {place.SettingsFile} < {place.PathTo("mail.eml")}");
        Assert.Equal(75, exitCode);
        Assert.Contains("responder: response-book: ", said, StringComparison.Ordinal);
        Assert.Contains("has no entry; nobody would be answered", said, StringComparison.Ordinal);
    }

    private static ProgramRun Bare(params string[] arguments) =>
        ResponderProcess.Run(ResponderProcess.Plainly, [], arguments);

    [GeneratedRegex(@"^responder \d+\.\d+\.\d+ \(commit [0-9a-f]{7,}(-dirty)?, "
        + @"(NativeAOT net(10|9)\.0|ReadyToRun net10\.0)")]
    private static partial Regex VersionLine();

    [GeneratedRegex("unsigned|not signed", RegexOptions.IgnoreCase)]
    private static partial Regex UnsignedWord();
}
