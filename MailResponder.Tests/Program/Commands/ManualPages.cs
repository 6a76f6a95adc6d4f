using System.Text.RegularExpressions;
using MailResponder.Settings;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Program;

/// <summary>Tests <c>responder manual</c>: man(1) and bash show the same as <c>--help</c> and the code.</summary>
public sealed partial class ManualPages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("responder.8")]
    [InlineData("settings.json.5")]
    public void Page_IsTakenByGroffWithoutAWarning(string page) =>
        Assert.Empty(ToolRun.Of(
            "groff", "-ww", "-man", "-Tutf8", "-z", _folder.Write(page, Manual(page))).AssertDone());

    [Fact]
    public void ProgramPage_HasEveryCommandAndOptionOfTheHelp()
    {
        var sections = Regex.Split(Manual("responder.8").Replace("\\-", "-", StringComparison.Ordinal),
            "(?m)^\\.S[SH] ");
        var commands = Commands([]).ToList();
        Assert.Contains("responder blacklist block", commands.Select(command => command.Name));
        foreach (var (name, help) in commands)
        {
            var title = name == "responder" ? "\"OPTIONS\"" : $"\"{name}";
            var section = Assert.Single(sections, text => Regex.IsMatch(text, $"^{title}[ \"\n]"));
            foreach (var option in OptionOfHelp().Matches(help).Select(match => match.Groups[1].Value))
            {
                // Options that all commands share are listed once.
                if (name == "responder" || option is not ("--help" or "--settings"))
                    Assert.Matches($"(?m)^\\\\fB(-[^ ]+, )*{option}[ \\\\]", section);
            }
        }
    }

    [Fact]
    public void SettingsPage_HasEverySetting()
    {
        var page = Manual("settings.json.5");
        Assert.All(SettingsFile.Names, name => Assert.Matches($"(?m)^\\.TP\n(.*, )?\\\\fB{name}\\\\fR", page));
    }

    /// <summary>Asks for completions as bash does when the user presses Tab.</summary>
    [Theory]
    [InlineData("check install pull show --settings", "config", "")]
    [InlineData("--settings", "blacklist", "block", "--s")]
    [InlineData("backup blacklist", "b")]
    [InlineData("block", "--settings", "other.json", "blacklist", "bl")]
    [InlineData("", "config", "check", "responses")]
    public void Completion_OffersWhatFits(string expected, params string[] words)
    {
        var script = _folder.Write("completion", Manual("bash-completion"));
        const string ask = """
            set -u; . "$1"; shift
            COMP_WORDS=(responder "$@"); COMP_CWORD=$#
            _responder; echo "${COMPREPLY[*]-}"
            """;
        var offered = ToolRun.Of("bash", ["-c", ask, "bash", script, .. words]).AssertDone().Trim().Split(' ');
        Assert.Equal(expected.Split(' ').Order(), offered.Order());
    }

    private static string Manual(string page) => Help("manual", page);

    /// <summary>Returns every command that does something, and the filter, with its help text.</summary>
    private static IEnumerable<(string Name, string Help)> Commands(string[] words)
    {
        var help = Help([.. words, "--help"]);
        var below = Regex.Match(help, "(?s)\nCommands:\n(.*)").Groups[1].Value;
        if (below.Length == 0 || words.Length == 0)
            yield return (string.Join(' ', words.Prepend("responder")), help);
        foreach (Match command in CommandOfHelp().Matches(below))
        {
            foreach (var each in Commands([.. words, command.Groups[1].Value]))
                yield return each;
        }
    }

    private static string Help(params string[] arguments)
    {
        var run = ResponderProcess.Run(ResponderProcess.Plainly, [], arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.OutputText;
    }

    [GeneratedRegex("(?m)^  (?:-[^-, ]+, )*(--[a-z-]+)")]
    private static partial Regex OptionOfHelp();

    [GeneratedRegex("(?m)^  ([a-z-]+)")]
    private static partial Regex CommandOfHelp();
}
