namespace MailResponder.Settings;

/// <summary>What is kept of Postfix's log.</summary>
/// <param name="Database">A SQLite file of its own, so that no lock of it ever delays a message.</param>
/// <param name="Days">Rows older than this are deleted.</param>
internal sealed record PostfixLogSettings(string Database, int Days)
{
    public const string DefaultDatabase = "/var/lib/mail_responder/postfix-log/postfix-log.db";
}
