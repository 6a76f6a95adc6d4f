namespace MailResponder.Files;

/// <summary>The user as whom the program runs, for problems of owner and mode.</summary>
internal static class RunningUser
{
    /// <summary>
    /// Its name; where that cannot be looked up, as when too many files are open, words that say as much.
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
