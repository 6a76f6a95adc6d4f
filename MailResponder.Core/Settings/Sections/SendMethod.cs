namespace MailResponder.Settings;

/// <summary>A way out for replies.</summary>
internal enum SendMethod
{
    /// <summary>A file each in a folder.</summary>
    Outbox,

    /// <summary>The host's sendmail program.</summary>
    Sendmail,

    /// <summary>Amazon SES.</summary>
    Ses,
}

/// <summary>The names under which operators write a <see cref="SendMethod"/>.</summary>
internal static class SendMethods
{
    public static readonly string[] Names = ["sendmail", "outbox", "ses"];

    /// <summary>
    /// The method of that name in any case; null when there is none. <c>SMTP</c>, as the predecessor's books have it,
    /// means the local mail system.
    /// </summary>
    public static SendMethod? Of(string name) => name.ToLowerInvariant() switch
    {
        // Enum.TryParse takes numbers and lists of names too, and looks the names up by reflection.
        "sendmail" or "smtp" => SendMethod.Sendmail,
        "outbox" => SendMethod.Outbox,
        "ses" => SendMethod.Ses,
        _ => null,
    };
}
