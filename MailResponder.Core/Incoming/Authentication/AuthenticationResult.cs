using MailResponder.Addresses;

namespace MailResponder.Incoming.Authentication;

/// <summary>
/// One statement of Authentication-Results, like <c>dkim=pass header.d=example.com</c>; in lower case.
/// </summary>
/// <param name="Method">The method: dkim, spf, dmarc ….</param>
/// <param name="Result">The result: pass, fail, none ….</param>
/// <param name="Properties"> What it is about, by names like <c>header.d</c>. Empty when they are not exactly as RFC
/// 8601 has them: such a statement can count against a message, but never for it. </param>
internal sealed record AuthenticationResult(
    string Method, string Result, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>The domain in a property, after the at sign if it has one; null when there is none.</summary>
    public string? Domain(string property) =>
        Properties.TryGetValue(property, out var value)
            && MailDomain.TryNormalize(value[(value.LastIndexOf('@') + 1)..], out var domain)
            ? domain
            : null;
}
