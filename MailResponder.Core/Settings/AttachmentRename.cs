namespace MailResponder.Settings;

/// <summary>What attachments are called in replies to requesters of some providers, who refuse certain names.</summary>
/// <param name="Domains">Requester domains, with those below them.</param>
/// <param name="Endings">Ends of file names (".exe") and what replaces each; empty: the end is cut off.</param>
internal sealed record AttachmentRename(
    IReadOnlyList<string> Domains, IReadOnlyList<KeyValuePair<string, string>> Endings)
{
    /// <summary>In force where the settings have no attachment_names.</summary>
    public static readonly IReadOnlyList<AttachmentRename> Standard =
    [
        new(["gmail.com", "googlemail.com", "outlook.com", "hotmail.com"], [new(".exe", ""), new(".apk", ".ap_")]),
    ];
}
