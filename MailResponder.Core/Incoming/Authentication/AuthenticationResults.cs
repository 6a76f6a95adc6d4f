namespace MailResponder.Incoming.Authentication;

/// <summary>One Authentication-Results field (RFC 8601): what one mail system found out about a message.</summary>
/// <param name="AuthservId">The name of that system, as it stands there.</param>
/// <param name="Results">Its statements in order; those that cannot be read are left out.</param>
internal sealed record AuthenticationResults(string AuthservId, IReadOnlyList<AuthenticationResult> Results)
{
    public const string Field = "Authentication-Results";

    /// <summary>
    /// Reads the value of a field, folding and comments included, in time that grows with its length alone. Takes any
    /// bytes; null when it does not say whose it is, or is of a version other than 1.
    /// </summary>
    public static AuthenticationResults? Read(ReadOnlySpan<byte> value) =>
        new AuthenticationResultsReader(value).Read();
}
