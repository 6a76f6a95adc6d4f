using MailResponder.Tests.Host;

namespace MailResponder.Tests;

/// <summary>The folder of the sources, found by walking up from the test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The names of all files tracked by git.</summary>
    public static IEnumerable<string> Files =>
        ToolRun.Of("git", "-c", "safe.directory=*", "-C", Root, "ls-files").AssertDone()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => File.Exists(PathTo(name)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MailResponder.sln"))) return folder.FullName;
        throw new InvalidOperationException("MailResponder.sln is in no folder above the test assembly");
    }
}
