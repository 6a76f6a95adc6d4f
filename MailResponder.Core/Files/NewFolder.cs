namespace MailResponder.Files;

/// <summary>
/// Creates missing folders, and reports them to the operator. On a new host creating them is right. After a typo in a
/// path it is wrong: a database in a new folder has no quotas and no lists.
/// </summary>
internal static class NewFolder
{
    /// <summary>The mode of a folder that other programs read too.</summary>
    public const UnixFileMode OpenToAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly Lock Turn = new();
    private static readonly List<string> NotTold = [];

    /// <summary>Creates the folder and its missing parents, unless it exists.</summary>
    /// <param name="folder">The path of the folder.</param>
    /// <param name="mode">The permissions, limited by the umask.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not create it.</exception>
    public static void Make(
        string folder, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
    {
        if (folder.Length == 0 || Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder, mode);
        lock (Turn)
            NotTold.Add(folder);
    }

    /// <summary>Returns a line for each folder created since the last call.</summary>
    public static IReadOnlyList<string> Tell()
    {
        lock (Turn)
        {
            var lines = NotTold.ConvertAll(
                folder => $"folder: {folder} did not exist and was created; is its path right?");
            NotTold.Clear();
            return lines;
        }
    }
}
