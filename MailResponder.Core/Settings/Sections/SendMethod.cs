namespace MailResponder.Settings;

/// <summary>A way to send replies.</summary>
internal enum SendMethod
{
    /// <summary>Writes each reply to a file in a folder.</summary>
    Outbox,

    /// <summary>Runs the host's sendmail program.</summary>
    Sendmail,

    /// <summary>Sends through Amazon SES.</summary>
    Ses,
}

/// <summary>The names that operators write for a <see cref="SendMethod"/>.</summary>
internal static class SendMethods
{
    public static readonly string[] Names = ["sendmail", "outbox", "ses"];

    /// <summary>
    /// Returns the method with that name, ignoring case. Null if there is none. <c>SMTP</c>, which the predecessor's
    /// books use, means the local mail system.
    /// </summary>
    public static SendMethod? Of(string name) => name.ToLowerInvariant() switch
    {
        // Enum.TryParse also accepts numbers and lists of names, and it uses reflection.
        "sendmail" or "smtp" => SendMethod.Sendmail,
        "outbox" => SendMethod.Outbox,
        "ses" => SendMethod.Ses,
        _ => null,
    };
}
