using MailResponder.Addresses;
using MailResponder.Incoming.Authentication;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>
/// The provider's own verdict on a reply. Only the provider's Authentication-Results count: the topmost field, and
/// those with the same authserv-id above the next host's Received.
/// </summary>
internal static class ProviderVerdict
{
    /// <summary>Results that no reply of ours should get. A domain without a policy has none to fail.</summary>
    private static readonly string[] Bad = ["fail", "softfail", "permerror", "temperror", "policy"];

    /// <summary>Returns the result of spf, dkim or dmarc. Null if the provider reports none.</summary>
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

        // A message may have several signatures, and one valid signature is enough.
        return results.Where(result => result.Method == method)
            .Select(result => result.Result).OrderByDescending(result => result == "pass").FirstOrDefault();
    }

    public static bool IsBad(string? result) => Bad.Contains(result);

    /// <summary>Returns the worst of several results. Null if there are none.</summary>
    public static string? Worst(IEnumerable<string?> results) => results.OfType<string>()
        .OrderByDescending(IsBad).ThenBy(result => result == "pass").FirstOrDefault();
}
