namespace MailResponder.Files;

/// <summary>The user that the program runs as, for messages about owner and mode.</summary>
internal static class RunningUser
{
    /// <summary>
    /// The user's name, or other words if it cannot be looked up, for instance because too many files are open.
    /// </summary>
    public static string Name => FileTrouble.OrNull(() => Environment.UserName) ?? "of this process";
}
