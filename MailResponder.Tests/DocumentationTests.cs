using System.Text.RegularExpressions;

namespace MailResponder.Tests;

/// <summary>Checks that the pages, headings and source files that the documentation names exist.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>The folders that paths in the documentation start from.</summary>
    private static readonly string[] Roots =
        ["", "MailResponder.Core", "MailResponder.Cli", "MailResponder.Tests", "MailResponder.Core/Standins"];

    /// <summary>CloudWatch's namespace for the memory of a host has the form of a path.</summary>
    private const string CloudWatchNamespace = "System/Linux";

    private static IEnumerable<string> Pages => Repository.Files.Where(file => Page().IsMatch(file));

    [Fact]
    public void Links_LeadToAPageAndAHeading() => Assert.Empty(
        from page in Pages
        from Match link in Link().Matches(Text(page))
        let target = link.Groups["page"].Value is { Length: > 0 } path
            ? Path.Join(Path.GetDirectoryName(page), path) : page
        where !Exists(target) || (link.Groups["heading"].Value is { Length: > 0 } heading
            && !Headings(target).Select(Anchor).Contains(heading))
        select $"{page}: {link.Value}");

    [Fact]
    public void Paths_AreThoseOfFiles() => Assert.Empty(
        from page in Pages
        from Match path in SourcePath().Matches(Text(page))
        let name = path.Groups[1].Value
        where name != CloudWatchNamespace
            && !Roots.Any(root => Exists(Path.Join(root, name)) || Exists(Path.Join(root, name + ".cs")))
        select $"{page}: {name}");

    [Fact]
    public void PagesOfMoreThan150Lines_BeginWithTheirContents() => Assert.Empty(
        from page in Pages
        where page.StartsWith("docs/", StringComparison.Ordinal)
            && File.ReadLines(Repository.PathTo(page)).Count() > 150
        from heading in Headings(page).Skip(1)
        where !Text(page).Contains($"(#{Anchor(heading)})", StringComparison.Ordinal)
        select $"{page}: {heading}");

    private static bool Exists(string path) => Path.Exists(Repository.PathTo(path));

    /// <summary>The title, then the headings of sections. A `#` in a block of code is a comment of that code.</summary>
    private static IEnumerable<string> Headings(string page) =>
        Heading().Matches(Text(page)).Select(heading => heading.Groups[1].Value);

    /// <summary>The heading's name in a link, as GitHub makes it.</summary>
    private static string Anchor(string heading) =>
        NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    private static string Text(string page) => CodeBlock().Replace(File.ReadAllText(Repository.PathTo(page)), "");

    [GeneratedRegex(@"^(?:docs/)?\w[\w-]*\.md$")]
    private static partial Regex Page();

    [GeneratedRegex(@"\]\((?!\w+:)(?<page>[^)#]*)(?:#(?<heading>[^)]*))?\)")]
    private static partial Regex Link();

    /// <summary>A path whose first folder begins with a capital, as the folders of code do, or a C# file.</summary>
    [GeneratedRegex(@"`((?:[A-Z][\w.]*/)[\w./]*|[A-Z]\w+\.cs)(?: [^`]*)?`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"^##? (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
