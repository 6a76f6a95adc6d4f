using MailResponder.Addresses;

namespace MailResponder.Settings;

/// <summary>
/// The DKIM keys for replies (RFC 6376): the one that signs now and, during a key change, the next one.
/// </summary>
/// <param name="Domain">
/// The d= tag. It should be the From domain or a parent of it; otherwise DMARC does not count the signature.
/// </param>
/// <param name="Selector">
/// The s= tag for a key file that does not name its own. The record of the key is <c>selector._domainkey.domain</c>.
/// </param>
/// <param name="KeyFile">The path of the RSA private key in PEM (PKCS#1 or PKCS#8).</param>
internal sealed record DkimSettings(string Domain, string Selector, string KeyFile)
{
    /// <summary>The path of the key that will sign once DNS has its record.</summary>
    public string NextKeyFile => KeyFile + ".next";

    /// <summary>The path of the key that signed before the last change. The file is written at that moment.</summary>
    public string FormerKeyFile => KeyFile + ".old";

    /// <summary>
    /// Whether the text can be a selector: labels of ASCII letters, digits and hyphens (RFC 6376, section 3.1).
    /// </summary>
    public static bool IsSelector(string text) => System.Text.Ascii.IsValid(text) && text is not [.., '.']
        && MailDomain.TryNormalize(text + "._domainkey.example", out _);

    /// <summary>Reads the section <c>dkim</c>. Null if the settings have none.</summary>
    /// <param name="values">All settings of the file.</param>
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
