namespace MailResponder.Files;

/// <summary>
/// Makes folders that are missing, and tells whoever runs the program. On a new host that is right. After a slip in a
/// path it is wrong: a database in a new folder has no quotas and no lists.
/// </summary>
internal static class NewFolder
{
    /// <summary>For what other programs read as well.</summary>
    public const UnixFileMode OpenToAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly Lock Turn = new();
    private static readonly List<string> NotTold = [];

    /// <summary>Makes the folder, and those above it, unless it is there.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="mode">Who may use it.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void Make(
        string folder, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
    {
        if (folder.Length == 0 || Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder, mode);
        lock (Turn)
            NotTold.Add(folder);
    }

    /// <summary>A line for each folder that was made since the last call.</summary>
    public static IReadOnlyList<string> Tell()
    {
        lock (Turn)
        {
            var lines = NotTold.ConvertAll(
                folder => $"folder: {folder} was not there and has been made; is its path right?");
            NotTold.Clear();
            return lines;
        }
    }
}
