using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests.Ses;

/// <summary>Checks AWS Signature Version 4 by its public description, without the SDK.</summary>
internal static class SignatureV4
{
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(5);

    /// <summary>Returns what is wrong with the signature. Null if it is valid.</summary>
    /// <param name="ahead">How far the service's clock is ahead of this machine's.</param>
    public static string? Fault(
        SesCall call, (string Region, string Service) scope, Func<string, string?> secretOf, TimeSpan ahead = default)
    {
        const string scheme = "AWS4-HMAC-SHA256 ";
        if (!call.Headers.TryGetValue("authorization", out var authorization)
            || !authorization.StartsWith(scheme, StringComparison.Ordinal))
            return "no signature";
        var parts = authorization[scheme.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        if (parts["Credential"].Split('/') is not [var key, var day, var signedRegion, var service, "aws4_request"])
            return "malformed credential";
        if ((signedRegion, service) != scope) return $"signed for {signedRegion}/{service}";
        if (secretOf(key) is not { } secret) return "unknown key";
        var time = call.Headers["x-amz-date"];
        if (!time.StartsWith(day, StringComparison.Ordinal)) return "day and time differ";
        var when = DateTime.ParseExact(
            time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if ((DateTime.Now + ahead - when).Duration() > AllowedSkew) return "clock skew";
        var names = parts["SignedHeaders"].Split(';');
        if (!names.Contains("host") || !names.Contains("x-amz-date")) return "host or date are not signed";

        var canonical = new StringBuilder("POST\n/\n\n");
        foreach (var name in names) canonical.Append(
            CultureInfo.InvariantCulture, $"{name}:{call.Headers[name].Trim()}\n");
        canonical.Append(CultureInfo.InvariantCulture,
            $"\n{parts["SignedHeaders"]}\n{Hex(SHA256.HashData(call.Body))}");
        var hash = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{day}/{signedRegion}/{service}/aws4_request\n{hash}";
        var signingKey = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in (string[])[day, signedRegion, service, "aws4_request"]) signingKey =
            Hmac(signingKey, step);
        return Hex(Hmac(signingKey, toSign)) == parts["Signature"] ? null : "wrong signature";
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
