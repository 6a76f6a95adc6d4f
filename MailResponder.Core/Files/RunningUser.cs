namespace MailResponder.Files;

/// <summary>The user as whom the program runs, for problems of owner and mode.</summary>
internal static class RunningUser
{
    /// <summary>
    /// Its name, or other words when it cannot be looked up, as when too many files are open.
    /// </summary>
    public static string Name
    {
        get
        {
            try
            {
                return Environment.UserName;
            }
            catch (IOException)
            {
                return "of this process";
            }
        }
    }
}
