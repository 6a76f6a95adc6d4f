using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Store;

namespace MailResponder.Incoming;

/// <summary>
/// The tag in the Message-ID of a request of `responder canary`: canary-TOKEN.1@example.net. Only a holder of the
/// address key can make a token, and each token is valid for one requester. Anyone who sees a token on its way, such as
/// the mail provider, can use the canary's quota in the name of that mailbox for an hour. Only the mailbox itself gets
/// the replies.
/// </summary>
/// <param name="Token">
/// The time when it was made (in seconds since 1970), a random number, and the proof: 8, 8 and 16 hexadecimal digits.
/// </param>
internal sealed record CanaryTag(string Token)
{
    /// <summary>
    /// The quota of a canary's mailbox in one window, enough for eight requests an hour. Any further requests are not
    /// the canary's, but come from someone who saw a token.
    /// </summary>
    public const int Quota = 200;

    private const string Prefix = "canary-";
    private const int StartDigits = 16;

    /// <summary>How long a request has the canary's quota. No run waits longer than this for its replies.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Makes a tag that is unique even if several hosts start a run in the same second.</summary>
    /// <param name="key">The key that makes the proof.</param>
    /// <param name="made">The time that the tag states.</param>
    /// <param name="requester">The mailbox that sends the request.</param>
    public static CanaryTag New(AddressKey key, DateTimeOffset made, string requester) => new(key.CanaryToken(
        made.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture)
            + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), requester));

    public DateTimeOffset Made => ProbeTag.TimeOf(Token);

    /// <summary>Returns the Message-ID of a request, without angle brackets.</summary>
    /// <param name="number">The number of the request among those of the same run.</param>
    /// <param name="domain">The domain of the mailbox.</param>
    public string On(int number, string domain) => $"{Prefix}{Token}.{number}@{domain}";

    /// <summary>
    /// Returns the tag in a Message-ID; null if nothing there has the form of a tag. Anyone can write that form.
    /// </summary>
    public static CanaryTag? In(string? messageId)
    {
        var id = messageId.AsSpan().TrimStart('<');
        return id.StartsWith(Prefix, StringComparison.Ordinal) && ProbeTag.TokenAt(id[Prefix.Length..]) is { } token
            ? new CanaryTag(token) : null;
    }

    /// <summary>Whether the tag was made for this requester.</summary>
    public bool IsOf(string requester, AddressKey key) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Token), Encoding.ASCII.GetBytes(key.CanaryToken(Token[..StartDigits], requester)));

    /// <summary>Whether the request is from a canary and less than an hour old.</summary>
    public static bool IsOn(Request request, AddressKey key, DateTimeOffset now) =>
        In(request.MessageId) is { } tag && (now - tag.Made).Duration() < Lifetime
        && tag.IsOf(request.From.Address, key);
}
