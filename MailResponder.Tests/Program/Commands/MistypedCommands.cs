using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>
/// Wrong command lines. The filter takes only options, so a word that is not an option is a command. A typo in it is
/// reported to the person who typed it. It does not defer a message and is not counted as one.
/// </summary>
public sealed class MistypedCommands : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("config", "check")]
    [InlineData("blacklist", "show")]
    [InlineData("--help")]
    [InlineData("help", "blacklist", "block")]
    [InlineData("--version")]
    public void OptionsBeforeACommand_AreItsOptions(params string[] command)
    {
        var run = OfPlace(command);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(_place.Log.Lines);
    }

    [Theory]
    [InlineData("responder config", "confg", "check")]
    [InlineData("responder config check", "config", "chek")]
    [InlineData("responder config", "Config", "check")]
    [InlineData("responder blacklist", "balcklist", "reset")]
    [InlineData("responder blacklist rotate-key", "blacklist", "rotatekey")]
    [InlineData("responder doctor", "doctr")]
    [InlineData("responder stats", "sttas", "--json")]
    [InlineData("responder config", "help", "confg")]
    public void MisspeltCommand_IsToldTheNearestOne(string nearest, params string[] command)
    {
        AssertIsUsage($"did you mean: {nearest}\n", OfPlace(command));
        AssertIsUsage($"did you mean: {nearest}\n", _place.Command(command));
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("stray", "words", "someone@example.com")]
    [InlineData("check")]
    public void WordThatIsNoCommand_IsAUsageError(params string[] command) =>
        AssertIsUsage($"\"{command[0]}\" is not a command of responder\nSee: responder --help\n", OfPlace(command));

    [Fact]
    public void AddressThatIsNoCommand_IsNotRepeated()
    {
        var run = ResponderProcess.Run(ResponderProcess.Plainly, [], "someone@example.com");

        Assert.Equal(64, run.ExitCode);
        Assert.DoesNotContain("someone", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("See: responder blacklist block --help\n", "blacklist", "block")]
    [InlineData("See: responder dkim keygen --help\n", "dkim", "keygen", "key", "--bits", "7")]
    [InlineData("See: responder config --help\n", "config")]
    [InlineData("responder config needs one of: check, show, install, pull", "config")]
    [InlineData("\"--hlep\" is not an option of responder blacklist block\n", "blacklist", "block", "--hlep")]
    [InlineData(
        "\"--topci\" is not an option of responder feedback; did you mean: --topic\n", "feedback", "--topci", "x")]
    [InlineData(
        "\"--setings\" is not an option of responder doctor; did you mean: --settings\n", "doctor", "--setings", "x")]
    [InlineData("--wait takes a number from 1 to", "canary", "--wait", "10m")]
    [InlineData("--minutes takes a number from 1 to", "feedback", "--queue", "https://q", "--minutes", "x")]
    [InlineData("responder doctor does not take \"now\"\n", "doctor", "now")]
    [InlineData("an argument is empty", "config", "check", "")]
    [InlineData("an argument is empty", "dkim", "record", "--key", "")]
    public void MistakeInACommand_NamesTheWholeCommand(string expected, params string[] command) =>
        AssertIsUsage(expected, _place.Command(command));

    /// <remarks>Otherwise `--dry-run blacklist reset` would really reset.</remarks>
    [Theory]
    [InlineData("--dry-run", "blacklist", "reset")]
    [InlineData("--recipient", "get@example.com", "config", "check")]
    public void OptionOfTheFilterBeforeACommand_IsRefused(params string[] command)
    {
        AssertIsUsage(
            $"{command[0]} is an option for answering a message, not for responder {command[^2]} {command[^1]}\n",
            OfPlace(command));
        Assert.False(File.Exists(_place.PathTo("responder.db")));
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("config --help")]
    [InlineData("confg check")]
    [InlineData("config chek")]
    [InlineData("config check")]
    [InlineData("config show")]
    [InlineData("blacklist show")]
    [InlineData("doctor")]
    [InlineData("")]
    [InlineData("--dry-run < mail.eml")]
    [InlineData("--dry-run < mail.eml > replies")]
    public void Terminal_GetsNoEscapes(string command)
    {
        File.WriteAllBytes(_place.PathTo("mail.eml"), RequestMail.FromSomebodyNew().ToBytes());
        var (_, said) = Terminal.Run(
            $"cd {_place.Folder}; TERM=xterm-256color RESPONDER_SETTINGS={_place.SettingsFile} "
            + $"{ResponderProcess.Binary} {command}");
        Assert.DoesNotContain('\e', said);
    }

    [Fact]
    public void WhatFilesAndArgumentsHold_CannotSteerTheTerminal()
    {
        _place.Book[0]!["body"] = "Links \u202egnp.exe\n";
        _place.Book[0]!["attachments"] = new JsonArray(new JsonArray("tools", "\u001b]0;x\u0007", "a"));
        _place.Write();
        var shown = Tame("config", "show", "get@example.com");
        Assert.Contains("\\u202egnp.exe\n", shown, StringComparison.Ordinal);
        Assert.Contains("tools/\\u001b]0;x\\u0007\n", shown, StringComparison.Ordinal);
        foreach (var text in (string[])["\u001b[31m", "\u009b31m", "\u007f", "a\rb", "\u202e", "\u2028"])
        {
            Tame("config", "show", text + "@example.com");
            Tame("config", "check", text);
            Tame("config", text);
            Tame(text);
            Tame("dkim", "record", "--domain", text + ".example");
            Tame("dkim", "record", "--selector", text);
            Tame("dkim", "keygen", _place.PathTo(text));
            Tame("blacklist", "block", text + "@example.com");
            Tame("blacklist", "check", text);
            Tame("send", "--to", text + "@example.com", "--as", "get@example.com");
            Tame("feedback", text);
            Tame("stats", "--log", text);
            Tame("--settings", text, "blacklist", "show");
        }
    }

    private string Tame(params string[] command)
    {
        var run = _place.Command(command);
        Assert.DoesNotContain((run.OutputText + run.Errors).Replace("\n", "", StringComparison.Ordinal),
            c => LineText.Breaks(c) || LineText.Misleads(c));
        return run.OutputText;
    }

    private void AssertIsUsage(string expected, ProgramRun run)
    {
        Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(_place.Log.Lines);
    }

    private ProgramRun OfPlace(string[] command) => ResponderProcess.Run(
        ResponderProcess.Plainly,
        RequestMail.FromSomebodyNew().ToBytes(),
        ["--settings", _place.SettingsFile, .. command]);
}
