using MailResponder.Addresses;
using MailResponder.Incoming.Authentication;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>
/// What the provider found out about a reply. Only its own Authentication-Results count: the topmost, and those with
/// the same name before the next host's Received.
/// </summary>
internal static class ProviderVerdict
{
    /// <summary>What no reply of ours should get. A domain without a policy has none to fail.</summary>
    private static readonly string[] Bad = ["fail", "softfail", "permerror", "temperror", "policy"];

    /// <summary>The result of spf, dkim or dmarc; null when it does not say.</summary>
    public static string? Of(HeaderList headers, string method)
    {
        var results = new List<AuthenticationResult>();
        string? provider = null;
        foreach (var header in headers)
        {
            if (provider is not null && header.Id == HeaderId.Received)
                break;
            if (!header.Field.Equals(AuthenticationResults.Field, StringComparison.OrdinalIgnoreCase)
                || AuthenticationResults.Read(header.RawValue) is not { } written)
                continue;
            provider ??= written.AuthservId;
            if (written.AuthservId == provider)
                results.AddRange(written.Results);
        }

        // A message may have several signatures, and one that is valid is enough.
        return results.Where(result => result.Method == method)
            .Select(result => result.Result).OrderByDescending(result => result == "pass").FirstOrDefault();
    }

    public static bool IsBad(string? result) => Bad.Contains(result);

    /// <summary>The worst of several; null when none is known.</summary>
    public static string? Worst(IEnumerable<string?> results) => results.OfType<string>()
        .OrderByDescending(IsBad).ThenBy(result => result == "pass").FirstOrDefault();
}
