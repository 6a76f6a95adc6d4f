using System.Security.Cryptography;
using System.Text;
using MailResponder.Crypto;
using MailResponder.Settings;

namespace MailResponder.Limits;

/// <summary>
/// The key behind every hash that the database holds. Addresses are few enough to be guessed, so a plain hash of one
/// is as good as the address; without this key the database tells nothing.
/// </summary>
internal sealed class AddressKey
{
    private const int KeyBytes = 32;
    private readonly byte[] _key;

    private AddressKey(byte[] key) => _key = key;

    /// <summary>Identifies the key without revealing it; the database keeps it to notice a wrong key file.</summary>
    public byte[] Fingerprint => Hash("fingerprint", "")[..8];

    /// <summary>Reads the key file: 64 hexadecimal digits.</summary>
    /// <exception cref="ResponderException">It is missing, open to others, or holds something else.</exception>
    public static AddressKey Load(string path)
    {
        var text = SecretFile.Read(path, Cause.KeyFile, "address key").Trim();
        if (text.Length == 2 * KeyBytes && text.All(char.IsAsciiHexDigit))
            return new AddressKey(Convert.FromHexString(text));
        throw new ResponderException(Cause.KeyFile, $"address key {path}: must hold {2 * KeyBytes} hexadecimal digits; " +
            "restore it from a backup (a new key forgets every quota and list)");
    }

    /// <summary>
    /// The key of a database. A host that has neither a key nor a SQLite file yet gets a new key; a key that is missing
    /// beside its database is a loss that only the operator can mend. With MySQL no key is ever made: the hosts of a
    /// fleet share one, and a host with its own would see no quota and no list.
    /// </summary>
    /// <exception cref="ResponderException">There is no usable key.</exception>
    public static AddressKey LoadOrCreate(string path, DatabaseSettings database)
    {
        if (!File.Exists(path) && database.MySql is not null)
        {
            throw new ResponderException(Cause.KeyFile, $"address key {path}: does not exist; copy it from another host, " +
                $"or for a new database make it once with: (umask 027; openssl rand -hex {KeyBytes} > {path})");
        }

        if (!File.Exists(path) && !File.Exists(database.SqliteFile))
            Create(path);
        return Load(path);
    }

    /// <summary>Makes a new key file, readable by its owner alone; an existing one stays.</summary>
    /// <returns>False when there was one.</returns>
    public static bool Create(string path) =>
        SecretFile.TryCreate(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n",
            UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>The stored form of a requester. Null when the text is no address with a fully qualified domain.</summary>
    public Requester? Requester(string address) => CanonicalAddress.TryGet(address, out var canonical, out var domain)
        ? new Requester(Hash("address", canonical), DomainAndParents(domain), domain)
        : null;

    /// <summary>The stored form of a domain, already normalised.</summary>
    public byte[] Domain(string domain) => Hash("domain", domain);

    /// <summary>
    /// The message key: Postfix hands over the same bytes at each try, so the same header block asking for the same
    /// address is the same message.
    /// </summary>
    public byte[] Message(byte[] headerBlock, string requestedAddress) =>
        Sha256.Hmac(_key, Encoding.UTF8.GetBytes("message\0" + requestedAddress + "\0"), headerBlock);

    private List<byte[]> DomainAndParents(string domain)
    {
        var hashes = new List<byte[]>();
        for (var name = domain; name.Contains('.'); name = name[(name.IndexOf('.') + 1)..])
            hashes.Add(Domain(name));
        return hashes;
    }

    private byte[] Hash(string kind, string text) =>
        Sha256.Hmac(_key, Encoding.UTF8.GetBytes(kind + "\0" + text));
}
