namespace MailResponder.Reporting;

/// <summary>Standard error as the filter needs it: where it is closed or full, the line is lost and nothing else.</summary>
internal static class StandardError
{
    public static void WriteLine(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // .NET reports a closed descriptor as the latter. The exit code says enough.
        }
    }
}
