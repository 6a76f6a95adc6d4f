namespace MailResponder.Tests.Corpus;

/// <summary>Mails written by other systems. They are stored next to the repository, not in it.</summary>
internal static class CorpusMails
{
    public const string FolderVariable = "RESPONDER_CORPUS";

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable(FolderVariable)
        ?? Path.GetFullPath(Repository.PathTo("..", "shared", "corpus"));

    public static bool Exist => Directory.Exists(Folder);

    /// <summary>Why tests over these mails are skipped. Null if the mails are available.</summary>
    public static string? Missing => Exist ? null : $"no mails in {Folder}; name their folder in {FolderVariable}";

    /// <summary>
    /// Returns the .eml files in or below a folder of the corpus, as paths relative to <see cref="Folder"/>; one empty
    /// path if the folder is missing.
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
