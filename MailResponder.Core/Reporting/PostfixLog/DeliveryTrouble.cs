namespace MailResponder.Reporting.PostfixLog;

/// <summary>
/// Why a delivery did not succeed, as one of a few words. Postfix's own text is never kept: it quotes what the other
/// side said, and that may name an address.
/// </summary>
internal static class DeliveryTrouble
{
    /// <summary>In the order in which they are looked for: the particular before the general.</summary>
    private static readonly (string Text, string Class)[] Classes =
    [
        ("delivery temporarily suspended", "suspended"),
        ("Command died", "program-killed"),
        ("Command time limit exceeded", "program-timeout"),
        ("mail system configuration error", "configuration"),
        ("Command output", "program"),
        ("temporary failure", "program"),
        ("Connection refused", "connection-refused"),
        ("Connection timed out", "timeout"),
        ("Operation timed out", "timeout"),
        ("timed out while", "timeout"),
        ("lost connection", "connection-lost"),
        ("Network is unreachable", "unreachable"),
        ("No route to host", "unreachable"),
        ("Host not found", "dns"),
        ("Host or domain name not found", "dns"),
        ("name service error", "dns"),
        ("TLS", "tls"),
        ("reylist", "greylisted"),
        ("mail for ", "loop"),
        ("mail forwarding loop", "loop"),
        ("unknown user", "unknown-user"),
        (" said: ", "refused-by-host"),
        (" refused to talk to me", "refused-by-host"),
    ];

    /// <param name="text">What stands in parentheses behind status=.</param>
    public static string Of(ReadOnlySpan<char> text)
    {
        foreach (var (words, name) in Classes)
        {
            if (text.Contains(words, StringComparison.Ordinal))
                return name;
        }

        return "other";
    }
}
