namespace MailResponder.Reporting.PostfixLog;

/// <summary>The SQLite file of what Postfix's log told.</summary>
internal sealed class PostfixLogDatabase
{
    /// <summary>Counts the mails that arrived from <paramref name="since"/> on and before <paramref name="until"/>.</summary>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static PostfixLogSummary? Summarise(string file, DateTimeOffset since, DateTimeOffset until)
    {
        if (!File.Exists(file))
            return null;
        throw new ResponderException(Cause.Database, $"{file}: this responder cannot read it yet ({since:O} to {until:O})");
    }
}
