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
