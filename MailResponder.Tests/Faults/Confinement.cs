using System.Diagnostics;

namespace MailResponder.Tests.Faults;

/// <summary>
/// The lines of a unit in docs/hardening.md, exactly as printed there. confine.c applies them and refuses a line it
/// does not know, so no untested line can be in the document.
/// </summary>
internal sealed class Confinement
{
    private const string Filter = "SystemCallFilter=";

    private static readonly string[] NeedRoot = ["User", "CapabilityBoundingSet", "ProtectSystem", "ReadWritePaths"];

    private static readonly Lazy<Dictionary<string, string[]>> Sets = new(ReadSets);

    private static readonly Lazy<string> Launcher =
        new(() => CSource.Compile("confine.c", ("calls.h", string.Concat(Calls("@known").Select(
        call => $"#ifdef __NR_{call}\n  {{ \"{call}\", __NR_{call} }},\n#endif\n")))));

    private readonly IReadOnlyList<string> _lines;

    private Confinement(IReadOnlyList<string> lines) => _lines = lines;

    /// <summary>The confinement of a service that runs all of Postfix.</summary>
    public static Confinement OfPostfix { get; } = Of("/etc/systemd/system/postfix@.service.d/hardening.conf");

    /// <summary>The confinement of a service that runs only the program.</summary>
    public static Confinement OfProgram { get; } = Of("/etc/systemd/system/mail_responder-pull.service");

    public static Confinement None { get; } = new([]);

    /// <summary>Shell words that start the command after them.</summary>
    public string Start => $"{Words} --";

    /// <summary>The lines that still apply when the program's own user starts it.</summary>
    public Confinement ByItsUser => new([.. _lines.Where(line => !NeedRoot.Contains(NameOf(line)))]);

    private string Words => string.Join(' ', [Launcher.Value, .. _lines.Select(line => $"'{line}'")]);

    public Confinement With(params string[] more) =>
        new([.. _lines.Where(line => !more.Any(other => NameOf(other) == NameOf(line))), .. more]);

    /// <summary>Returns the lines with a folder of the test in place of a folder of the unit.</summary>
    public Confinement Moved(string folder, string to)
    {
        Assert.Contains(_lines, line => Names(line, folder));
        return new(
            [.. _lines.Select(line =>
                Names(line, folder) ? line.Replace(folder, to, StringComparison.Ordinal) : line)]);
    }

    /// <summary>
    /// Tries calls that should be forbidden. The result of each is "done", or the name of an error or a signal.
    /// </summary>
    public Dictionary<string, string> Try()
    {
        var start = new ProcessStartInfo("sh", ["-c", Words]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => words[1]);
    }

    private static Confinement Of(string unit)
    {
        string[] page = File.ReadAllLines(Repository.PathTo("docs/hardening.md"));
        var lines = page.SkipWhile(line => line != $"# {unit}").TakeWhile(line => line != "```")
            .Where(line => line.Length > 0 && line[0] is not ('#' or '[')).ToList();
        Assert.NotEmpty(lines);
        var filters = lines.Where(line => line.StartsWith(Filter, StringComparison.Ordinal))
            .Select(line => line[Filter.Length..]);
        return new([.. lines.Where(line => NameOf(line) is not ("Type" or "ExecStart" or "SystemCallFilter")),
            Filter + string.Join(' ', Allowed(filters))]);
    }

    /// <summary>
    /// Combines the lines like systemd.exec(5): a line with "~" removes calls that earlier lines allow.
    /// </summary>
    private static HashSet<string> Allowed(IEnumerable<string> filters)
    {
        HashSet<string> allowed = [.. Calls("@default")];
        foreach (var filter in filters)
        {
            var calls = filter.TrimStart('~').Split(' ').SelectMany(Calls);
            if (filter.StartsWith('~')) allowed.ExceptWith(calls);
            else allowed.UnionWith(calls);
        }

        return allowed;
    }

    /// <summary>Returns all calls of a set, or the single call of that name.</summary>
    private static IEnumerable<string> Calls(string name) =>
        name.StartsWith('@') ? Sets.Value[name].SelectMany(Calls) : [name];

    /// <summary>
    /// Reads systemd's own list: a set's name at the start of a line, and its members indented below it.
    /// </summary>
    private static Dictionary<string, string[]> ReadSets()
    {
        using var process = Process.Start(
            new ProcessStartInfo("systemd-analyze",
            ["--no-pager", "syscall-filter"])
            { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split("\n@").Select(
            set => set.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(set => "@" + set[0].TrimStart('@'), set =>
            set.Skip(1).Where(line => !line.StartsWith('#')).ToArray());
    }

    private static string NameOf(string line) => line[..line.IndexOf('=', StringComparison.Ordinal)];

    private static bool Names(string line, string folder) =>
        line[(NameOf(line).Length + 1)..].Split(' ').Contains(folder);
}
