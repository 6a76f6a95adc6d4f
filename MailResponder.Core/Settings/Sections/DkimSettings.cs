using MailResponder.Addresses;

namespace MailResponder.Settings;

/// <summary>The keys that sign replies (RFC 6376): the one of now and, while it is changed, the next one.</summary>
/// <param name="Domain">The d= tag; should be the From domain or a parent of it, or DMARC does not count it.</param>
/// <param name="Selector">
/// The s= tag of a key file that does not name its own: the key's record is <c>selector._domainkey.domain</c>.
/// </param>
/// <param name="KeyFile">The RSA private key, PEM (PKCS#1 or PKCS#8).</param>
internal sealed record DkimSettings(string Domain, string Selector, string KeyFile)
{
    /// <summary>The key that is to sign when DNS shows its record.</summary>
    public string NextKeyFile => KeyFile + ".next";

    /// <summary>The key that signed before the last change; written at that moment.</summary>
    public string FormerKeyFile => KeyFile + ".old";

    /// <summary>
    /// Whether the text can be a selector: labels of ASCII letters, digits, hyphens (RFC 6376, section 3.1).
    /// </summary>
    public static bool IsSelector(string text) => System.Text.Ascii.IsValid(text) && text is not [.., '.']
        && MailDomain.TryNormalize(text + "._domainkey.example", out _);

    /// <summary>Null: the settings have none.</summary>
    /// <param name="values">The whole settings file.</param>
    public static DkimSettings? Read(SettingsSection values)
    {
        if (values.Section("dkim", ["domain", "selector", "key_file"]) is not { } section)
            return null;
        var domain = section.Domain("domain");
        var selector = section.Text("selector", required: true);
        if (selector.Length > 0 && !IsSelector(selector))
            section.Add("selector",
                $"\"{selector}\" is not the name of a DNS record; write letters, digits and hyphens");
        return new DkimSettings(domain, selector, section.FilePath("key_file", required: true));
    }
}
