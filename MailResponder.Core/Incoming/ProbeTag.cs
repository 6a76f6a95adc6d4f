using System.Buffers;
using System.Globalization;

namespace MailResponder.Incoming;

/// <summary>
/// The tag by which a probe of `responder doctor` is known: get+probe-TOKEN@example.com. Only those who can read the
/// address key can make a token (<see cref="Store.AddressKey.ProbeToken"/>). Local users can see it in a command line
/// while it is fresh, and gain nothing: the reply goes to a place that the token alone decides, where it is dropped.
/// </summary>
/// <param name="Token">When it was made, in seconds since 1970, and its proof: 8 and 24 hexadecimal digits.</param>
internal sealed record ProbeTag(string Token)
{
    /// <summary>
    /// Nobody's, for ever (RFC 6761, section 6.4). postfix/main.cf leads it to discard(8).
    /// </summary>
    public const string SinkDomain = "probe.invalid";

    /// <summary>Amazon takes what is sent there and drops it; it counts for no quota and no reputation.</summary>
    public const string SesSink = "success@simulator.amazonses.com";

    private const string Prefix = "probe-";
    private const int TimeDigits = 8;
    private const int TokenDigits = 32;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>The tag as it stands in an address.</summary>
    public string Text => Prefix + Token;

    /// <summary>Where Postfix drops the reply.</summary>
    public string Sink => $"{Text}@{SinkDomain}";

    public DateTimeOffset Made => TimeOf(Token);

    /// <summary>What has the form of a tag, anywhere in the text; null: nothing has. Anybody can write one.</summary>
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

    /// <summary>What has the form of a token at the beginning of the text; null: nothing has.</summary>
    public static string? TokenAt(ReadOnlySpan<char> text) =>
        text.Length >= TokenDigits && !text[..TokenDigits].ContainsAnyExcept(Digits)
            ? text[..TokenDigits].ToString() : null;

    /// <summary>When a token was made.</summary>
    public static DateTimeOffset TimeOf(string token) => DateTimeOffset.FromUnixTimeSeconds(
        uint.Parse(token.AsSpan(0, TimeDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>One that Postfix brings later is of a probe that nobody waits for any more.</summary>
    public bool IsFresh(DateTimeOffset now) => (now - Made).Duration() < Lifetime;

    /// <summary>The address with the tag.</summary>
    /// <param name="address">Whole, without a tag.</param>
    public string On(string address) => address.Insert(address.LastIndexOf('@'), "+" + Text);
}
