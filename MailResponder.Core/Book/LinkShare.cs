using System.Buffers.Binary;
using System.Text;
using MailResponder.Native;
using MailResponder.Store;

namespace MailResponder.Book;

/// <summary>
/// The links of a pool that one requester gets now. They are computed with the address key; nothing about them is
/// stored.
/// </summary>
/// <remarks>
/// This is rendezvous hashing: each link has a number that depends only on the requester, the pool, the period and the
/// link. The links with the highest numbers are chosen. So adding or removing a link changes only the sets that gain or
/// lose it. The periods of different requesters end at different times, so an observer does not see all sets change at
/// once.
/// </remarks>
/// <param name="key">The address key. Without it, an attacker cannot compute who gets which links.</param>
/// <param name="requester">The requester's address. All spellings of one mailbox get the same links.</param>
/// <param name="now">The time, which selects the period.</param>
internal sealed class LinkShare(AddressKey key, string requester, DateTimeOffset now)
{
    private const ulong SecondsOfDay = 24 * 60 * 60;

    /// <summary>Returns as many links as the pool says, in an order that differs between requesters.</summary>
    public IReadOnlyList<string> Of(LinkPool pool)
    {
        var length = (ulong)pool.Days * SecondsOfDay;
        var offset = Number(key.Links(requester, pool.Name, period: null)) % length;
        var seed = key.Links(requester, pool.Name, (now.ToUnixTimeSeconds() + (long)offset) / (long)length);
        string[] links = [.. pool.Links];
        Array.Sort(
            Array.ConvertAll(links, link => ~Number(Sha256.Hmac(seed, Encoding.UTF8.GetBytes(link)))), links);
        return links[..pool.Each];
    }

    private static ulong Number(byte[] hash) => BinaryPrimitives.ReadUInt64BigEndian(hash);
}
