using System.Buffers.Binary;
using System.Text;
using MailResponder.Native;
using MailResponder.Store;

namespace MailResponder.Book;

/// <summary>
/// Which links of a pool one requester gets now. It follows from the address key, and nothing about it is stored.
/// </summary>
/// <remarks>
/// Rendezvous hashing: each link has a number that depends on requester, pool, period and itself alone, and the highest
/// ones win. So a link that comes or goes changes no set but those that get it or had it. The periods of different
/// requesters end at different times, so that nobody sees all sets change at once.
/// </remarks>
/// <param name="key">Makes that nobody can tell who gets what.</param>
/// <param name="requester">In any spelling: all spellings of a mailbox have one share.</param>
/// <param name="now">Decides the period.</param>
internal sealed class LinkShare(AddressKey key, string requester, DateTimeOffset now)
{
    private const ulong SecondsOfDay = 24 * 60 * 60;

    /// <summary>As many as the pool says, the first one the requester's own.</summary>
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
