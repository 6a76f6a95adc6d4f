using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailResponder.Doctor;

/// <summary>STARTTLS in and out, and the certificates that smtpd(8) shows: their dates, and that their keys are
/// theirs.</summary>
internal static class TlsChecks
{
    private const string Name = "postfix-tls";
    private const string Reload = "; then: postfix reload";
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>A pair of parameters for each kind of key.</summary>
    private static readonly (string Certificate, string Key)[] Pairs =
    [
        ("smtpd_tls_cert_file", "smtpd_tls_key_file"), ("smtpd_tls_eccert_file", "smtpd_tls_eckey_file"),
        ("smtpd_tls_dcert_file", "smtpd_tls_dkey_file"),
    ];

    public static IEnumerable<Finding> Look(Host host, PostfixSettings postfix)
    {
        List<Finding> findings = [.. Incoming(host, postfix)];
        if (postfix["smtp_tls_security_level"] is "" or "none" && postfix["smtp_use_tls"] != "yes")
        {
            findings.Add(Finding.Warning(Name, "outgoing mail is never encrypted",
                "run: postconf -e smtp_tls_security_level=may" + Reload));
        }

        return findings;
    }

    private static IEnumerable<Finding> Incoming(Host host, PostfixSettings postfix)
    {
        if (postfix["smtpd_tls_security_level"] is "" or "none" && postfix["smtpd_use_tls"] != "yes")
        {
            return [Finding.Warning(Name, "STARTTLS is not offered: requests cross the network in the clear",
                "run: postconf -e smtpd_tls_security_level=may, with a certificate")];
        }

        var pairs = Certificates(host, postfix);
        if (pairs.Count == 0)
        {
            return [Finding.Warning(Name, "STARTTLS is switched on, but there is no certificate",
                "run: apt-get install ssl-cert, and name its files in smtpd_tls_cert_file and smtpd_tls_key_file")];
        }

        var first = DateTime.MaxValue;
        List<Finding> findings = [];
        foreach (var (file, certificate, key) in pairs)
        {
            if (Problem(host, file, certificate, key, out var until) is { } problem)
                findings.Add(problem);
            first = until < first ? until : first;
        }

        return findings.OrOk(Name, $"STARTTLS is offered, with a certificate until {Day(first)}"
            + (host.IsRoot ? "" : "; only root can see whether its key is there"));
    }

    /// <summary>Where each certificate stands, and the text of it and of its key; a null one could not be
    /// read.</summary>
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
        var pairs = new List<(string, string?, string?)>();
        var (text, key) = (string.Join('\n', chain.Select(file => Text(host, file))), (string?)null);
        while (PemEncoding.TryFind(text, out var found))
        {
            if (text[found.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                key = text[found.Location];
            else if (text[found.Label] == "CERTIFICATE" && key is not null)
            {
                pairs.Add((string.Join(' ', chain), text[found.Location], key));
                key = null;
            }

            text = text[found.Location.End..];
        }

        return pairs.Count > 0 ? pairs : [(string.Join(' ', chain), "", "")];
    }

    private static string? Text(Host host, string file) =>
        host.Lines(file) is { } lines ? string.Join('\n', lines) : null;

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <param name="until">When the certificate ends; the end of all days where it cannot be read.</param>
    private static Finding? Problem(Host host, string file, string? certificate, string? key, out DateTime until)
    {
        const string broken = ": STARTTLS fails, and with it the mail of many";
        const string remedy = "name the right files in smtpd_tls_cert_file and smtpd_tls_key_file, or: apt-get install "
            + "ssl-cert";
        until = DateTime.MaxValue;
        if (certificate is null || (key is null && host.IsRoot))
            return Finding.Fault(Name, $"{file} or its key does not exist or cannot be read{broken}", remedy + Reload);
        DateTime from;
        try
        {
            using var shown = X509Certificate2.CreateFromPem(certificate);
            (from, until) = (shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime());
        }
        catch (CryptographicException)
        {
            return Finding.Fault(Name, $"{file} has no certificate, or a damaged one{broken}", remedy + Reload);
        }

        try
        {
            if (key is not null)
                X509Certificate2.CreateFromPem(certificate, key).Dispose();
        }
        catch (CryptographicException)
        {
            return Finding.Fault(Name, $"the key of {file} is damaged, or another certificate's{broken}",
                remedy + Reload);
        }

        var now = host.Now.UtcDateTime;
        var problem = until < now ? $"ended on {Day(until)}: senders who verify it keep their mail"
            : from > now ? $"begins on {Day(from)} only: senders who verify it keep their mail"
            : until - now < Soon ? $"ends on {Day(until)}"
            : null;
        return problem is null ? null : Finding.Warning(Name, $"the certificate {file} {problem}",
            "renew it (with ssl-cert: make-ssl-cert generate-default-snakeoil --force-overwrite)" + Reload);
    }
}
