namespace MailResponder.Tests;

/// <summary>Where the sources lie, found by walking up from the test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MailResponder.sln"))) return folder.FullName;
        throw new InvalidOperationException("MailResponder.sln is in no folder above the test assembly");
    }
}
