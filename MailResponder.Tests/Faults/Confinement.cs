using System.Diagnostics;

namespace MailResponder.Tests.Faults;

/// <summary>
/// The lines of a unit in docs/hardening.md, as they stand there. confine.c brings about what they stand for, and
/// refuses one that it does not know, so that no line is there that was not tried.
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

    /// <summary>That of a service that all of Postfix runs in.</summary>
    public static Confinement OfPostfix { get; } = Of("/etc/systemd/system/postfix@.service.d/hardening.conf");

    /// <summary>That of a service which is the program alone.</summary>
    public static Confinement OfProgram { get; } = Of("/etc/systemd/system/mail_responder-pull.service");

    public static Confinement None { get; } = new([]);

    /// <summary>Shell words that start what follows them.</summary>
    public string Start => $"{Words} --";

    /// <summary>What is left when the program's user himself starts it.</summary>
    public Confinement ByItsUser => new([.. _lines.Where(line => !NeedRoot.Contains(NameOf(line)))]);

    private string Words => string.Join(' ', [Launcher.Value, .. _lines.Select(line => $"'{line}'")]);

    public Confinement With(params string[] more) =>
        new([.. _lines.Where(line => !more.Any(other => NameOf(other) == NameOf(line))), .. more]);

    /// <summary>With a folder of this test's in place of the one in the unit.</summary>
    public Confinement Moved(string folder, string to)
    {
        Assert.Contains(_lines, line => Names(line, folder));
        return new(
            [.. _lines.Select(line =>
                Names(line, folder) ? line.Replace(folder, to, StringComparison.Ordinal) : line)]);
    }

    /// <summary>What comes of calls that should be forbidden: "done", or an error or signal by its name.</summary>
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

    /// <summary>As systemd.exec(5) adds the lines up: one with "~" takes away what those before it allow.</summary>
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

    /// <summary>All calls of a set, or the one of that name.</summary>
    private static IEnumerable<string> Calls(string name) =>
        name.StartsWith('@') ? Sets.Value[name].SelectMany(Calls) : [name];

    /// <summary>systemd's own list: a name at the beginning of a line, and its members indented below.</summary>
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
