using MailResponder.Addresses;

namespace MailResponder.Incoming.Authentication;

/// <summary>One Authentication-Results field (RFC 8601): what one mail system found out about a message.</summary>
/// <param name="AuthservId">The name of that system, in lower case.</param>
/// <param name="Results">Its statements, in order. Statements that cannot be read are left out.</param>
internal sealed record AuthenticationResults(string AuthservId, IReadOnlyList<AuthenticationResult> Results)
{
    public const string Field = "Authentication-Results";

    /// <summary>
    /// Reads the value of a field, including folding and comments. Accepts any bytes; the time grows linearly with
    /// their number. Null if the field does not name its mail system, or has a version other than 1.
    /// </summary>
    public static AuthenticationResults? Read(ReadOnlySpan<byte> value) =>
        new AuthenticationResultsReader(value).Read();
}

/// <summary>
/// One statement of Authentication-Results, like <c>dkim=pass header.d=example.com</c>; in lower case.
/// </summary>
/// <param name="Method">The method: dkim, spf, dmarc ….</param>
/// <param name="Result">The result: pass, fail, none ….</param>
/// <param name="Properties">
/// What the statement is about, by names like <c>header.d</c>. Empty if they do not follow RFC 8601 exactly. Such a
/// statement can count against a message, but never for it.
/// </param>
internal sealed record AuthenticationResult(
    string Method, string Result, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Returns the domain in a property, after the at sign if it has one; null if there is none.</summary>
    public string? Domain(string property) =>
        Properties.TryGetValue(property, out var value)
            && MailDomain.TryNormalize(MailDomain.Of(value), out var domain)
            ? domain
            : null;
}
