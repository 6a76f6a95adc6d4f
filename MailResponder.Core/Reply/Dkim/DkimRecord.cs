using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Reply.Dkim;

/// <summary>The DNS record by which receivers check our signatures (RFC 6376, section 3.6).</summary>
internal static class DkimRecord
{
    /// <summary>
    /// A TXT record holds strings of at most 255 bytes (RFC 1035, section 3.3.14), which its readers join.
    /// </summary>
    private const int MaxString = 255;

    /// <summary>Returns the record as lines for a zone file.</summary>
    /// <exception cref="ResponderException">The key is not an RSA key.</exception>
    public static string ZoneFileText(DkimKey dkim)
    {
        var value = "v=DKIM1; k=rsa; p=" + PublicKey(dkim).Base64;
        var text = new StringBuilder($"{dkim.Record}. 3600 IN TXT (\n");
        for (var at = 0; at < value.Length; at += MaxString)
            text.Append("    \"").Append(value.AsSpan(at, Math.Min(MaxString, value.Length - at))).Append("\"\n");
        return text.Append(")\n").ToString();
    }

    /// <summary>Returns the p= tag of the record, and the length of the key.</summary>
    /// <exception cref="ResponderException">The key is not an RSA key.</exception>
    public static (string Base64, int Bits) PublicKey(DkimKey dkim)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(dkim.Text);
            return (Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()), rsa.KeySize);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw dkim.NoRsaKey(exception);
        }
    }
}
