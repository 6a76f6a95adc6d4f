using MailResponder.Addresses;

namespace MailResponder.Settings;

/// <summary>
/// A rule that renames attachments for requesters at certain providers, which refuse certain file names.
/// </summary>
/// <param name="Domains">The domains of the requesters, including subdomains.</param>
/// <param name="Endings">
/// The ends of file names (".exe"), and what replaces each. An empty replacement cuts the end off.
/// </param>
internal sealed record AttachmentRename(
    IReadOnlyList<string> Domains, IReadOnlyList<KeyValuePair<string, string>> Endings)
{
    /// <summary>The rules in force if the settings have no attachment_names.</summary>
    public static readonly IReadOnlyList<AttachmentRename> Standard =
    [
        new(["gmail.com", "googlemail.com", "outlook.com", "hotmail.com"], [new(".exe", ""), new(".apk", ".ap_")]),
    ];

    /// <summary>
    /// Returns the shown name, renamed by the first rule that fits the domain and the name. Never empty.
    /// </summary>
    public static string NameFor(string requesterDomain, string shownName, IReadOnlyList<AttachmentRename> renames)
    {
        foreach (var (ending, replacement) in renames
            .Where(rename => MailDomain.IsWithin(requesterDomain, rename.Domains)).SelectMany(rename => rename.Endings))
        {
            if (shownName.Length > ending.Length && shownName.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return shownName[..^ending.Length] + replacement;
        }

        return shownName;
    }

    /// <param name="values">All settings of the file.</param>
    public static IReadOnlyList<AttachmentRename> Read(SettingsSection values)
    {
        if (!values.Has("attachment_names"))
            return Standard;
        var renames = new List<AttachmentRename>();
        foreach (var section in values.Sections("attachment_names", ["domains", "rename"]))
        {
            var endings = new List<KeyValuePair<string, string>>();
            foreach (var (ending, replacement, line) in section.Pairs("rename", required: true))
            {
                if (ending is not ['.', _, ..]
                    || (ending + replacement).Any(c => c is '/' or '\\' || LineText.Breaks(c)))
                    section.Add(line, "rename", $"\"{ending}\": \"{replacement}\" must be the end of a name and what "
                        + "replaces it, like \".exe\": \".ex_\"");
                endings.Add(new(ending, replacement));
            }

            renames.Add(new AttachmentRename(section.Domains("domains", required: true), endings));
        }

        return renames;
    }
}
