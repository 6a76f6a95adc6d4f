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
