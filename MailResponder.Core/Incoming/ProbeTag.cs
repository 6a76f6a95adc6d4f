using System.Buffers;
using System.Globalization;

namespace MailResponder.Incoming;

/// <summary>
/// The tag in the address of a probe of `responder doctor`: get+probe-TOKEN@example.com. Only a holder of the address
/// key can make a token (<see cref="Store.AddressKey.ProbeToken"/>). Local users can see a fresh token in a command
/// line, but it is of no use to them: the token alone decides where the reply goes, and the reply is dropped there.
/// </summary>
/// <param name="Token">
/// The time when it was made (in seconds since 1970) and the proof: 8 and 24 hexadecimal digits.
/// </param>
internal sealed record ProbeTag(string Token)
{
    /// <summary>
    /// A domain that can never have an owner (RFC 6761, section 6.4). postfix/main.cf routes it to discard(8).
    /// </summary>
    public const string SinkDomain = "probe.invalid";

    /// <summary>
    /// Amazon accepts mail to this address and drops it. Such mail affects neither the quota nor the reputation.
    /// </summary>
    public const string SesSink = "success@simulator.amazonses.com";

    private const string Prefix = "probe-";
    private const int TimeDigits = 8;
    private const int TokenDigits = 32;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>The tag as it appears in an address.</summary>
    public string Text => Prefix + Token;

    /// <summary>The address where Postfix drops the reply.</summary>
    public string Sink => $"{Text}@{SinkDomain}";

    public DateTimeOffset Made => TimeOf(Token);

    /// <summary>
    /// Returns the first text in the form of a tag; null if there is none. Anyone can write that form.
    /// </summary>
    public static ProbeTag? In(ReadOnlySpan<char> text)
    {
        while (text.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at)
        {
            text = text[(at + Prefix.Length)..];
            if (TokenAt(text) is { } token)
                return new ProbeTag(token);
        }

        return null;
    }

    /// <summary>Returns the token at the start of the text; null if nothing there has the form of one.</summary>
    public static string? TokenAt(ReadOnlySpan<char> text) =>
        text.Length >= TokenDigits && !text[..TokenDigits].ContainsAnyExcept(Digits)
            ? text[..TokenDigits].ToString() : null;

    /// <summary>Returns the time when a token was made.</summary>
    public static DateTimeOffset TimeOf(string token) => DateTimeOffset.FromUnixTimeSeconds(
        uint.Parse(token.AsSpan(0, TimeDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>
    /// Whether the probe is still fresh. When Postfix delivers one later, nobody waits for its answer any more.
    /// </summary>
    public bool IsFresh(DateTimeOffset now) => (now - Made).Duration() < Lifetime;

    /// <summary>Returns the address with the tag in it.</summary>
    /// <param name="address">A whole address without a tag.</param>
    public string On(string address) => address.Insert(address.LastIndexOf('@'), "+" + Text);
}
