using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailResponder.Doctor;

/// <summary>
/// STARTTLS for what comes in, and the certificates that smtpd(8) shows: their dates, and that their keys are theirs.
/// </summary>
internal static class TlsChecks
{
    private const string Reload = PostfixSettings.Reload;
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>A pair of parameters for each kind of key.</summary>
    private static (string Certificate, string Key)[] Pairs =>
    [
        ("smtpd_tls_cert_file", "smtpd_tls_key_file"), ("smtpd_tls_eccert_file", "smtpd_tls_eckey_file"),
        ("smtpd_tls_dcert_file", "smtpd_tls_dkey_file"),
    ];

    public static IEnumerable<Finding> Look(Host host, PostfixSettings postfix)
    {
        var check = new Check("postfix-tls");
        var pairs = Certificates(host, postfix);
        if (postfix["smtpd_tls_security_level"] is "" or "none" && postfix["smtpd_use_tls"] != "yes")
            check.Warning("STARTTLS is not offered: requests cross the network in the clear",
                "run: postconf -e smtpd_tls_security_level=may, with a certificate");
        else if (pairs.Count == 0)
            check.Warning("STARTTLS is switched on, but there is no certificate",
                "run: apt-get install ssl-cert, and name its files in smtpd_tls_cert_file and smtpd_tls_key_file");
        else
        {
            var first = pairs.Min(pair => LookAt(check, host, pair.File, pair.Certificate, pair.Key));
            check.OrOk($"STARTTLS is offered, with a certificate until {first:yyyy-MM-dd}"
                + (host.IsRoot ? "" : "; only root can see whether its key is there"));
        }

        return check;
    }

    /// <summary>
    /// Where each certificate stands, and the text of it and of its key; null for what cannot be read.
    /// </summary>
    private static List<(string File, string? Certificate, string? Key)> Certificates(
        Host host, PostfixSettings postfix)
    {
        var chain = postfix.List("smtpd_tls_chain_files");
        if (chain.Count == 0)
        {
            return [.. Pairs.Select(pair => (Certificate: postfix[pair.Certificate], Key: postfix[pair.Key]))
                .Where(pair => pair.Certificate is not ("" or "none"))
                .Select(pair => (pair.Certificate, Text(host, pair.Certificate),
                    Text(host, pair.Key.Length > 0 ? pair.Key : pair.Certificate)))];
        }

        // A key, its certificate and those above it, then the next key; the other parameters do not count then.
        if (chain.Find(file => Text(host, file) is null) is { } unread)
            return [(unread, null, null)];
        var (files, pairs) = (string.Join(' ', chain), new List<(string, string?, string?)>());
        var text = string.Join('\n', chain.Select(file => Text(host, file)));
        for (; PemEncoding.TryFind(text, out var found); text = text[found.Location.End..])
        {
            // .NET takes the first key and the first certificate of each.
            if (text[found.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                pairs.Add((files, text, text));
        }

        return pairs.Count > 0 ? pairs : [(files, "", "")];
    }

    private static string? Text(Host host, string file) =>
        host.Lines(file) is { } lines ? string.Join('\n', lines) : null;

    /// <returns>When the certificate ends; the end of all days where it cannot be read.</returns>
    private static DateTime LookAt(Check check, Host host, string file, string? certificate, string? key)
    {
        DateTime Broken(string problem)
        {
            check.Fault($"{problem}: STARTTLS fails, and with it the mail of many",
                "name the right files in smtpd_tls_cert_file and smtpd_tls_key_file, or: apt-get install ssl-cert"
                + Reload);
            return DateTime.MaxValue;
        }

        if (certificate is null || (key is null && host.IsRoot))
            return Broken($"{file} or its key does not exist or cannot be read");
        var damage = $"{file} has no certificate, or a damaged one";
        try
        {
            using var shown = X509Certificate2.CreateFromPem(certificate);
            damage = $"the key of {file} is damaged, or another certificate's";
            if (key is not null)
                X509Certificate2.CreateFromPem(certificate, key).Dispose();
            var (now, from, until) =
                (host.Now.UtcDateTime, shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime());
            var problem = until < now ? $"ended on {until:yyyy-MM-dd}: senders who verify it keep their mail"
                : from > now ? $"begins on {from:yyyy-MM-dd} only: senders who verify it keep their mail"
                : until - now < Soon ? $"ends on {until:yyyy-MM-dd}"
                : null;
            if (problem is not null)
                check.Warning($"the certificate {file} {problem}",
                    "renew it (with ssl-cert: make-ssl-cert generate-default-snakeoil --force-overwrite)" + Reload);
            return until;
        }
        catch (CryptographicException)
        {
            return Broken(damage);
        }
    }
}
