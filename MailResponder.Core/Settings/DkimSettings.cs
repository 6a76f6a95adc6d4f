namespace MailResponder.Settings;

/// <summary>The key that signs replies (RFC 6376).</summary>
/// <param name="Domain">The d= tag; should be the From domain or a parent of it, or DMARC does not count it.</param>
/// <param name="Selector">The s= tag: the key's record is <c>selector._domainkey.domain</c>.</param>
/// <param name="KeyFile">The RSA private key, PEM (PKCS#1 or PKCS#8).</param>
internal sealed record DkimSettings(string Domain, string Selector, string KeyFile)
{
    /// <summary>
    /// Whether the text can be a selector: labels of ASCII letters, digits, hyphens (RFC 6376, section 3.1).
    /// </summary>
    public static bool IsSelector(string text) => System.Text.Ascii.IsValid(text) && text is not [.., '.']
        && MailDomain.TryNormalize(text + "._domainkey.example", out _);
}
