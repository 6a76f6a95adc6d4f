namespace MailResponder.Settings;

/// <summary>What a failed file operation means, in words that do not repeat the path.</summary>
internal static class FileTrouble
{
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;

    /// <summary>Whether the disk is full or cannot be written.</summary>
    public static bool IsAboutDisk(IOException exception) => (exception.HResult & 0xffff) is NoSpaceLeft or ReadOnlyFileSystem;

    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "does not exist",
        UnauthorizedAccessException => $"the user {Environment.UserName} may not read or write it",
        IOException io when (io.HResult & 0xffff) == NoSpaceLeft => "the disk is full",
        IOException io when (io.HResult & 0xffff) == ReadOnlyFileSystem => "the file system is read-only",
        _ => "input/output error " + (exception.HResult & 0xffff),
    };
}
