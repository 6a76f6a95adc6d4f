using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>Decides which certificate authorities are trusted for a server. Sends nothing to the network.</summary>
internal static class TlsTrust
{
    /// <summary>The object identifier id-kp-serverAuth (RFC 5280, section 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="authorities">The trusted authorities. Null: those that the host trusts.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection? authorities)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (authorities is null)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>Returns why the certificate of a server is not trusted. Null if it is trusted.</summary>
    /// <param name="certificate">The server's own certificate.</param>
    /// <param name="sent">Holds the certificates that the server sent with its own.</param>
    /// <param name="errors">The errors that .NET found. Only its verdict on the name is used.</param>
    /// <param name="authorities">The trusted authorities. Null: those that the host trusts.</param>
    /// <param name="file">The file of the authorities. Null: the host's trust store.</param>
    /// <param name="host">The name that the certificate must be for. Null: any name.</param>
    public static string? FaultOf(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors,
        X509Certificate2Collection? authorities, string? file, string? host)
    {
        if (certificate is not X509Certificate2 server)
            return "the server presented no certificate";
        using var chain = new X509Chain { ChainPolicy = Policy(authorities) };
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return !chain.Build(server) ? Fault(chain.ChainStatus, file)
            : host is not null && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? $"the server's certificate is not for {host}" : null;
    }

    /// <summary>Returns what makes a chain untrustworthy.</summary>
    /// <param name="found">The errors of the chain. Not empty.</param>
    /// <param name="file">The file of the authorities. Null: the host's trust store.</param>
    private static string Fault(X509ChainStatus[] found, string? file)
    {
        const X509ChainStatusFlags unsigned = X509ChainStatusFlags.UntrustedRoot
            | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;
        var all = found.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return "the server's certificate, or one above it, has expired or is not valid yet";
        if ((all & unsigned) != 0)
        {
            return "the server's certificate is not signed by an authority "
                + (file is null ? "that this host knows" : $"in {file}");
        }

        return all.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "the server's certificate is not for servers"
            : $"the server's certificate, or one above it, is not valid: {all}";
    }

    /// <summary>Reads the certificates of a file: one or more in PEM, or one in DER.</summary>
    /// <param name="setting">The setting that names the file.</param>
    /// <param name="file">The path of the file.</param>
    /// <exception cref="ResponderException">The file cannot be read, is damaged, or holds no certificate.</exception>
    public static X509Certificate2Collection Read(string setting, string file)
    {
        try
        {
            return [.. ReadEncoded(setting, file).Select(X509CertificateLoader.LoadCertificate)];
        }
        catch (CryptographicException exception)
        {
            throw new ResponderException(
                Cause.Settings, $"{setting} {file}: is neither PEM nor DER, or is damaged", exception);
        }
    }

    /// <summary>
    /// Reads the certificates of a file without decoding them. OpenSSL 3.0 takes a million instructions to decode one.
    /// </summary>
    /// <exception cref="ResponderException">The file cannot be read, or holds no certificate.</exception>
    public static List<byte[]> ReadEncoded(string setting, string file)
    {
        var bytes = FileTrouble.InWords(Cause.Settings, $"{setting} {file}", () => RegularFile.ReadAllBytes(file));
        var encoded = new List<byte[]>();
        if (bytes.Length > 0 && bytes.AsSpan().IndexOf("-----BEGIN "u8) < 0)
            encoded.Add(bytes);
        ReadOnlySpan<char> text = System.Text.Encoding.UTF8.GetString(bytes);
        while (PemEncoding.TryFind(text, out var block))
        {
            if (text[block.Label] is "CERTIFICATE")
                encoded.Add(Convert.FromBase64String(text[block.Base64Data].ToString()));
            text = text[block.Location.End..];
        }

        return encoded.Count > 0 ? encoded
            : throw new ResponderException(Cause.Settings, $"{setting} {file}: contains no certificate");
    }

    /// <summary>
    /// Decodes the authorities that may have issued one of the certificates that a server sent, and those above them.
    /// Leaves out damaged ones.
    /// </summary>
    /// <param name="certificate">The server's own certificate.</param>
    /// <param name="sent">Holds the other certificates that the server sent.</param>
    /// <param name="authorities">The authorities, encoded. Each contains its own name.</param>
    public static X509Certificate2Collection Above(
        X509Certificate? certificate, X509Chain? sent, IReadOnlyList<byte[]> authorities)
    {
        X509Certificate2Collection own = certificate is X509Certificate2 one ? [one] : [];
        var issuers = own.Concat(sent?.ChainPolicy.ExtraStore ?? []).Select(one => one.IssuerName.RawData).ToList();
        var (above, left) = (new X509Certificate2Collection(), authorities.ToList());
        for (var at = 0; at < issuers.Count; at++)
        {
            var issuer = issuers[at];
            bool HasName(byte[] authority) => authority.AsSpan().IndexOf(issuer) >= 0;
            foreach (var authority in left.Where(HasName).Select(Decode).OfType<X509Certificate2>())
            {
                above.Add(authority);
                issuers.Add(authority.IssuerName.RawData);
            }

            left.RemoveAll(HasName);
        }

        return above;
    }

    /// <returns>Null if the certificate is damaged.</returns>
    private static X509Certificate2? Decode(byte[] encoded)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(encoded);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
