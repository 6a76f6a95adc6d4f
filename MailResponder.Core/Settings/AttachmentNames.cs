using MailResponder.Addresses;

namespace MailResponder.Settings;

/// <summary>The names under which attachments go to requesters of one domain.</summary>
internal sealed class AttachmentNames(IReadOnlyList<AttachmentRename> renames)
{
    /// <summary>The shown name, or what the first rule for the domain makes of it. Never empty.</summary>
    public string For(string requesterDomain, string shownName)
    {
        foreach (var rename in renames)
        {
            if (!MailDomain.IsWithin(requesterDomain, rename.Domains))
                continue;
            foreach (var (ending, replacement) in rename.Endings)
            {
                if (shownName.Length > ending.Length && shownName.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                    return shownName[..^ending.Length] + replacement;
            }
        }

        return shownName;
    }
}

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
