using System.Text.RegularExpressions;

namespace MailResponder.Tests;

/// <summary>The rules of docs/architecture.md that the compiler does not enforce.</summary>
public sealed partial class ArchitectureTests
{
    private const string Core = "MailResponder.Core";

    /// <summary>The folders of the library. Each may use only the folders after it.</summary>
    private static readonly string[] Rooms =
    [
        "Backup", "Doctor", "Statistics", "Metrics", "Feedback", "PostfixLog", "Canary", "Delivery",
        "Reply.Rendered", "Reply", "Reply.Dkim", "Incoming", "Incoming.Authentication", "Book", "Store", "Store.Sqlite",
        "Store.MySql", "Logs", "Settings", "Aws", "Files", "Addresses", "Native",
    ];

    /// <summary>The violations: a file, and a folder above its own that it uses.</summary>
    private static IEnumerable<string> PointingUp =>
        from file in Sources(Core)
        let room = Array.IndexOf(Rooms, RoomOf(file))
        where room >= 0
        from Match used in Using().Matches(File.ReadAllText(file))
        let other = Array.IndexOf(Rooms, used.Groups[1].Value)
        where other < room && !AreOneHouse(Rooms[room], used.Groups[1].Value)
        select $"{Shown(file)} uses {used.Groups[1].Value}";

    [Fact]
    public void Dependencies_PointDown() => Assert.Empty(PointingUp);

    [Fact]
    public void Documentation_ListsTheFoldersInThatOrder()
    {
        var page = File.ReadAllText(Repository.PathTo("docs", "architecture.md"));
        var places = Rooms.Select(room => page.IndexOf($"\n| `{room.Replace('.', '/')}/` |", StringComparison.Ordinal))
            .ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void UnsafeCode_IsInNativeAlone() => Assert.Empty(
        from file in Sources(Core).Concat(Sources("MailResponder.Cli"))
        where RoomOf(file) != "Native" && Unsafe().IsMatch(File.ReadAllText(file))
        select Shown(file));

    [Fact]
    public void Lines_FitInto120Columns() => Assert.Empty(
        from file in Repository.Files
        where !LongLines().IsMatch(file)
        from line in File.ReadLines(Repository.PathTo(file)).Select((text, i) => (Text: text, Number: i + 1))
        where line.Text.Length > 120
        select $"{file}:{line.Number}");

    [Fact]
    public void TestFiles_HaveAtMost400Lines() => Assert.Empty(
        from file in Repository.Files
        where TestFile().IsMatch(file) && File.ReadLines(Repository.PathTo(file)).Count() > 400
        select file);

    /// <summary>Whether both are the same top-level folder or subfolders of it.</summary>
    private static bool AreOneHouse(string one, string other) => one.Split('.')[0] == other.Split('.')[0];

    /// <summary>
    /// Returns the folder that a file belongs to, by its namespace. A large folder has subfolders that share it.
    /// </summary>
    private static string RoomOf(string file) =>
        Namespace().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : "";

    private static string Shown(string file) => Path.GetRelativePath(Repository.Root, file);

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Repository.PathTo(project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Generated().IsMatch(file));

    /// <summary>
    /// Files that may have lines longer than 120 columns: documents; messages, logs and other test data, which are
    /// compared byte by byte; the solution, which `dotnet` writes; cron tables, where a command is one line
    /// (crontab(5)).
    /// </summary>
    [GeneratedRegex(@"\.(?:md|json|eml|log|read|faults|png|zip|sln)$|/Fuzz/Corpus/|^system/cron\.d/")]
    private static partial Regex LongLines();

    [GeneratedRegex(@"^MailResponder\.Tests/.*\.(?:cs|c|js|py|sh)$")]
    private static partial Regex TestFile();

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?MailResponder\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(
        @"\bunsafe\b(?! )|\bunsafe (?:static|partial|class|struct)|\[(?:LibraryImport|DllImport)\(|\bdelegate\*")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"^namespace MailResponder\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"/(?:obj|bin)/")]
    private static partial Regex Generated();
}
