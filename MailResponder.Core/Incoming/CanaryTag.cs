using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Store;

namespace MailResponder.Incoming;

/// <summary>
/// What a request of `responder canary` is known by, in its Message-ID: canary-TOKEN.1@example.net. Only those who can
/// read the address key can make a token, each for one requester. Whoever reads one on its way, like the provider, can
/// for an hour ask with the canary's quota in the name of that mailbox, which alone gets the replies.
/// </summary>
/// <param name="Token">
/// When it was made, in seconds since 1970, chance, and the proof: 8, 8 and 16 hexadecimal digits.
/// </param>
internal sealed record CanaryTag(string Token)
{
    /// <summary>
    /// Requests of a canary's mailbox in a window: eight each hour. More are not the canary's, but of somebody who saw
    /// a token.
    /// </summary>
    public const int Quota = 200;

    private const string Prefix = "canary-";
    private const int StartDigits = 16;

    /// <summary>How long the request has the canary's quota: no run waits longer for the replies.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>One that no other run has: several hosts may begin in the same second.</summary>
    /// <param name="key">Makes the proof.</param>
    /// <param name="made">When.</param>
    /// <param name="requester">The mailbox.</param>
    public static CanaryTag New(AddressKey key, DateTimeOffset made, string requester) => new(key.CanaryToken(
        made.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture)
            + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), requester));

    public DateTimeOffset Made => ProbeTag.TimeOf(Token);

    /// <summary>A Message-ID, without angle brackets.</summary>
    /// <param name="number">Of the request among those of the same moment.</param>
    /// <param name="domain">Of the mailbox.</param>
    public string On(int number, string domain) => $"{Prefix}{Token}.{number}@{domain}";

    /// <summary>What has the form of a tag in a Message-ID; null: nothing has. Anybody can write one.</summary>
    public static CanaryTag? In(string? messageId)
    {
        var id = messageId.AsSpan().TrimStart('<');
        return id.StartsWith(Prefix, StringComparison.Ordinal) && ProbeTag.TokenAt(id[Prefix.Length..]) is { } token
            ? new CanaryTag(token) : null;
    }

    /// <summary>Whether the tag was made for that requester.</summary>
    public bool IsOf(string requester, AddressKey key) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Token), Encoding.ASCII.GetBytes(key.CanaryToken(Token[..StartDigits], requester)));

    /// <summary>Whether the request is a canary's, and not an old one.</summary>
    public static bool IsOn(Request request, AddressKey key, DateTimeOffset now) =>
        In(request.MessageId) is { } tag && (now - tag.Made).Duration() < Lifetime
        && tag.IsOf(request.From.Address, key);
}
