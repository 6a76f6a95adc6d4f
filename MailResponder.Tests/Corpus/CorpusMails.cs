namespace MailResponder.Tests.Corpus;

/// <summary>Mails written by other systems. They lie beside the repository and are no part of it.</summary>
internal static class CorpusMails
{
    public const string FolderVariable = "RESPONDER_CORPUS";

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable(FolderVariable)
        ?? Path.GetFullPath(Repository.PathTo("..", "shared", "corpus"));

    public static bool Exist => Directory.Exists(Folder);

    /// <summary>
    /// The .eml files at or below a folder of the corpus, as paths from <see cref="Folder"/>; one empty path when it is
    /// absent.
    /// </summary>
    public static TheoryData<string> Below(string folder)
    {
        var mails = new TheoryData<string>();
        if (!Exist)
        {
            // A theory without data fails before it can be skipped.
            mails.Add("");
            return mails;
        }

        foreach (var path in Directory.EnumerateFiles(Path.Join(Folder, folder), "*.eml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
            mails.Add(Path.GetRelativePath(Folder, path));
        return mails;
    }
}
