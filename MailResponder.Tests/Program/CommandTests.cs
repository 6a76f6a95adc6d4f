using System.Globalization;
using System.Text.RegularExpressions;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Program;

/// <summary>The commands for the operator, which exit with the true sysexits codes.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public void Help_NamesEveryCommandAndTheExitCode()
    {
        var run = Bare("--help");
        Assert.Equal(0, run.ExitCode);
        foreach (var word in (string[])["--recipient", "--sender", "--settings", "--dry-run", "blacklist", "config", "send", "feedback", "dkim", "stats", "75"])
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
            ? string.Create(CultureInfo.InvariantCulture, $"Postfix takes {limit / 1024 / 1024.0:0.0} MB")
            : "large providers take 25 MB";
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("entry 2, attachments: encoded they have 26.1 MB, and " + expected, run.OutputText,
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
            Assert.Contains(line.ToString(CultureInfo.InvariantCulture), run.OutputText + run.Errors, StringComparison.Ordinal);
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
        Assert.Contains("1 of 3", place.Command("blacklist", "check", person.From).OutputText, StringComparison.Ordinal);
        Blacklist("block", person.From.ToUpperInvariant());
        Assert.Equal(0, RepliesToOneMore());
        Assert.Contains("blocked", place.Command("blacklist", "check", person.From).OutputText, StringComparison.Ordinal);
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
        var run = place.Command("send", "--to", "tester@freemail.test", "--as", "get@example.com", "--subject", "a test");
        Assert.True(run.ExitCode == 0, run.Errors);
        var replies = ReadMail.All(place.Outbox);
        Assert.Equal(2, replies.Count);
        Assert.All(replies, reply => Assert.Equal("tester@freemail.test", reply["To"]));
        Assert.NotEqual(0, place.Command("send", "--to", "tester@freemail.test", "--as", "nobody@example.com").ExitCode);
    }

    [Fact]
    public void FilterOnATerminal_SaysWhatItExpects()
    {
        using var place = new Workplace();
        var (exitCode, said) = OnATerminal($"{ResponderProcess.Binary} --settings {place.SettingsFile}");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("standard input", said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void FailureOnATerminal_IsExplainedThere()
    {
        using var place = new Workplace();
        File.WriteAllText(place.PathTo("responses.json"), "[]");
        File.WriteAllBytes(place.PathTo("mail.eml"), RequestMail.FromSomebodyNew().ToBytes());
        var (exitCode, said) = OnATerminal($"{ResponderProcess.Binary} --settings {place.SettingsFile} < {place.PathTo("mail.eml")}");
        Assert.Equal(75, exitCode);
        Assert.Contains("responder: response-book: ", said, StringComparison.Ordinal);
        Assert.Contains("has no entry; nobody would be answered", said, StringComparison.Ordinal);
    }

    static (int ExitCode, string Said) OnATerminal(string command)
    {
        var start = new System.Diagnostics.ProcessStartInfo("script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var terminal = System.Diagnostics.Process.Start(start)!;
        var said = terminal.StandardOutput.ReadToEndAsync();
        Assert.True(terminal.WaitForExit(TimeSpan.FromSeconds(30)), "it waits in silence");
        return (terminal.ExitCode, said.Result);
    }

    static ProgramRun Bare(params string[] arguments) => ResponderProcess.Run(ResponderProcess.Plainly, [], arguments);

    [GeneratedRegex("""^responder \d+\.\d+\.\d+ \(commit [0-9a-f]{7,}(-dirty)?, (NativeAOT net(10|9)\.0|ReadyToRun net10\.0)""")]
    private static partial Regex VersionLine();

    [GeneratedRegex("unsigned|not signed", RegexOptions.IgnoreCase)]
    private static partial Regex UnsignedWord();
}
