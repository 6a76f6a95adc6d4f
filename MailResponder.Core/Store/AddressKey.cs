using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Addresses;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Store;

/// <summary>
/// The key behind every hash that the database holds. Addresses are few enough to be guessed, so a plain hash of one
/// is as good as the address; without this key the database tells nothing.
/// </summary>
/// <remarks>
/// The database knows no addresses, so its hashes cannot be made anew with another key. They are hashed once more: a
/// new key goes on top of the earlier ones, and the file holds them all. Whoever has only the earlier ones learns
/// nothing from the hashes of today.
/// </remarks>
internal sealed class AddressKey
{
    /// <summary>An upper bound: each key adds one hash to what a message computes.</summary>
    public const int MaxGenerations = 32;

    private const int KeyBytes = 32;
    private const int TokenBytes = 12;
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private readonly byte[] _key;

    private AddressKey(byte[] key, AddressKey? earlier, DateTimeOffset? madeAt)
    {
        (_key, Earlier, MadeAt) = (key, earlier, madeAt);
        Generation = 1 + (earlier?.Generation ?? 0);
    }

    /// <summary>The key before the last change; null when it was never changed.</summary>
    public AddressKey? Earlier { get; }

    /// <summary>The number of keys, each hashing the result of the one before.</summary>
    public int Generation { get; }

    /// <summary>When the change was made; null for the first key.</summary>
    public DateTimeOffset? MadeAt { get; }

    /// <summary>Identifies the key without revealing it; the database keeps it to notice a wrong key file.</summary>
    public long Fingerprint => BinaryPrimitives.ReadInt64BigEndian(Hash("fingerprint", ""));

    /// <summary>
    /// Reads the key file: 64 hexadecimal digits; or lines of that kind, the newest key first, each but the last one
    /// with the time when it was made.
    /// </summary>
    /// <exception cref="ResponderException">It is missing, open to others, or holds something else.</exception>
    public static AddressKey Load(string path) => Parse(path, SecretFile.Read(path, Cause.KeyFile, "address key"));

    /// <summary>The same of a text that was read from <paramref name="path"/>.</summary>
    /// <exception cref="ResponderException">It holds something else.</exception>
    public static AddressKey Parse(string path, string text)
    {
        var lines = text.Trim().Split('\n');
        AddressKey? key = null;
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            var line = lines[i].Trim();
            if (key is not null && (line.Length == 0 || line[0] == '#'))
                continue;
            key = ParseLine(line, key) ?? throw new ResponderException(Cause.KeyFile, lines.Length == 1
                ? $"address key {path}: must hold {2 * KeyBytes} hexadecimal digits; restore it from a backup (a new "
                    + "key forgets every quota and list)"
                : $"address key {path}: line {i + 1} must hold {2 * KeyBytes} hexadecimal digits and (but for the "
                    + "last line) a time; restore the file from a backup or another host");
            if (key.Generation > MaxGenerations)
                throw new ResponderException(Cause.KeyFile,
                    $"address key {path}: holds more than {MaxGenerations} keys; restore the file from a backup or "
                        + "another host");
        }

        return key!;
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
            throw new ResponderException(Cause.KeyFile,
                $"address key {path}: does not exist; copy it from another host, " +
                $"or for a new database make it once with: (umask 027; openssl rand -hex {KeyBytes} > {path})");
        }

        // File.Exists is true of a link whose target is missing, so statx decides.
        if (database.MySql is null && !FileStatus.TryRead(database.SqliteFile!, out _))
            MakeFirst(path);
        return Load(path);
    }

    /// <summary>Makes a new key file, readable by its owner alone; an existing one stays.</summary>
    /// <returns>False when there was one.</returns>
    public static bool Create(string path) =>
        SecretFile.TryCreate(path, New(null, null).Line + "\n", RegularFile.OwnerOnly);

    /// <summary>
    /// Puts a new key on top of those in the file. The database goes over to it at its next reset; until then it is
    /// used with the file of before and with this one.
    /// </summary>
    /// <exception cref="ResponderException">The file cannot be used or written, or has no room for more.</exception>
    public static AddressKey Change(string path, DateTimeOffset now)
    {
        var before = Load(path);
        if (before.Generation == MaxGenerations)
        {
            throw new ResponderException(Cause.KeyFile,
                $"address key {path}: holds {MaxGenerations} keys, and has no room for more; " +
                "begin a new database with a new key file (quotas, lists and the record of messages start empty)");
        }

        var text = new StringBuilder(
            "# Address keys, the newest first. All hosts need this file as it is: no line may go.\n");
        for (AddressKey? key = New(before, now); key is not null; key = key.Earlier)
            text.Append(key.Line).Append('\n');
        SecretFile.Replace(path, text.ToString(), "address key");
        return Load(path);
    }

    /// <summary>This key, or the one of before with that fingerprint; null when there is none.</summary>
    public AddressKey? WithFingerprint(long? fingerprint) =>
        fingerprint == Fingerprint ? this : Earlier?.WithFingerprint(fingerprint);

    /// <summary>Brings a hash that was made with an earlier key up to this key.</summary>
    public byte[] Renew(byte[] hash, AddressKey madeWith) =>
        madeWith.Generation == Generation ? hash : Renew(Earlier!.Renew(hash, madeWith));

    /// <summary>
    /// The stored form of a requester. Null when the text is no address with a fully qualified domain.
    /// </summary>
    public Requester? Requester(string address) => CanonicalAddress.TryGet(address, out var canonical, out var domain)
        ? new Requester(Hash("address", canonical), DomainAndParents(domain), domain)
        : null;

    /// <summary>A requester at the domain (normalised) whose address is on no list.</summary>
    public Requester AnybodyAt(string domain) => new(Domain(domain), DomainAndParents(domain), domain);

    /// <summary>The stored form of a domain, already normalised.</summary>
    public byte[] Domain(string domain) => Hash("domain", domain);

    /// <summary>
    /// The message key: Postfix hands over the same bytes at each try, so the same header block asking for the same
    /// address is the same message.
    /// </summary>
    public MessageKey Message(byte[] headerBlock, string requestedAddress)
    {
        if (Earlier is null)
            return new MessageKey(Sha256.Hmac(
                _key, Encoding.UTF8.GetBytes("message\0" + requestedAddress + "\0"), headerBlock));
        var before = Earlier.Message(headerBlock, requestedAddress);
        return new MessageKey(Renew(before.Value), [before.Value, .. before.Earlier]);
    }

    /// <summary>What <see cref="Incoming.ProbeTag.Token"/> is for a probe that was made then, to the second.</summary>
    public string ProbeToken(DateTimeOffset made)
    {
        var seconds = made.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture);
        return seconds + Convert.ToHexStringLower(Hash("probe", seconds).AsSpan(0, TokenBytes));
    }

    /// <summary>What <see cref="Incoming.CanaryTag.Token"/> is for requests of that mailbox.</summary>
    /// <param name="start">Its first half: time and chance.</param>
    /// <param name="requester">
    /// The address, in upper or lower case: with a tag behind a plus sign it is somebody else's at some providers.
    /// </param>
    public string CanaryToken(string start, string requester)
    {
        var at = requester.LastIndexOf('@') + 1;
        var domain = MailDomain.TryNormalize(requester[at..], out var normal) ? normal : requester[at..];
        var text = $"{start}\0{requester[..at].ToLowerInvariant()}{domain}";
        return start + Convert.ToHexStringLower(Hash("canary", text).AsSpan(0, start.Length / 2));
    }

    /// <summary>
    /// What only who has this key can write into a reply, and what proves later that a mail which quotes it was made by
    /// somebody who got the reply.
    /// </summary>
    /// <param name="name">Of the reply, which no other has.</param>
    /// <param name="sentAt">Counts in whole seconds.</param>
    /// <param name="recipient">The address in the reply's To.</param>
    public string ReplyToken(string name, DateTimeOffset sentAt, string recipient)
    {
        var text = $"{name}\0{sentAt.ToUnixTimeSeconds()}\0{recipient.ToLowerInvariant()}";
        return Convert.ToHexStringLower(Hash("reply", text)[..16]);
    }

    /// <summary>Whether the token was made with this key or one before it.</summary>
    public bool IsReplyToken(string token, string name, DateTimeOffset sentAt, string recipient) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(ReplyToken(name, sentAt, recipient)), Encoding.UTF8.GetBytes(token))
        || Earlier?.IsReplyToken(token, name, sentAt, recipient) == true;

    /// <summary>A key for something else, from which this one cannot be computed.</summary>
    public byte[] For(string purpose) => Hash("key", purpose);

    /// <summary>What decides which links of a pool a requester gets, and from when to when.</summary>
    /// <param name="requester">An address in any spelling: those of one mailbox give the same.</param>
    /// <param name="pool">Its name, which has no NUL.</param>
    /// <param name="period">Its number; null for what decides when the periods end.</param>
    public byte[] Links(string requester, string pool, long? period) =>
        Hash("links", $"{pool}\0{period}\0"
            + (CanonicalAddress.TryGet(requester, out var canonical, out _) ? canonical : requester));

    private string Line => Convert.ToHexStringLower(_key)
        + (MadeAt is { } time ? time.UtcDateTime.ToString("' '" + TimeForm, CultureInfo.InvariantCulture) : "");

    /// <summary>Null when the line has another form. Only the first key may be without its time.</summary>
    private static AddressKey? ParseLine(string line, AddressKey? earlier)
    {
        DateTimeOffset madeAt = default;
        return line.Split(' ') is [{ Length: 2 * KeyBytes } digits, .. { Length: <= 1 } time]
            && digits.All(char.IsAsciiHexDigit)
            && (time is [var text] ? DateTimeOffset.TryParseExact(text, TimeForm, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out madeAt) : earlier is null)
            ? new AddressKey(Convert.FromHexString(digits), earlier, time.Length > 0 ? madeAt : null) : null;
    }

    private static AddressKey New(AddressKey? earlier, DateTimeOffset? madeAt) =>
        new(RandomNumberGenerator.GetBytes(KeyBytes), earlier, madeAt);

    /// <summary>
    /// Deletes what a process left that was killed while it made the key. Only before there is a database.
    /// </summary>
    private static void MakeFirst(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                FileTrouble.InWords(Cause.KeyFile, path, () => NewFolder.Make(Path.GetDirectoryName(path) ?? ""));
                Create(path);
            }

            UnfinishedFile.DeleteThoseOf(path);
        }
        catch (ResponderException exception)
        {
            throw new ResponderException(Cause.KeyFile, "address key " + exception.Message, exception);
        }
    }

    private List<byte[]> DomainAndParents(string domain)
    {
        var hashes = new List<byte[]>();
        for (var name = domain; name.Contains('.'); name = name[(name.IndexOf('.') + 1)..])
            hashes.Add(Domain(name));
        return hashes;
    }

    private byte[] Hash(string kind, string text) => Earlier is null
        ? Sha256.Hmac(_key, Encoding.UTF8.GetBytes(kind + "\0" + text))
        : Renew(Earlier.Hash(kind, text));

    private byte[] Renew(byte[] hash) => Sha256.Hmac(_key, Encoding.UTF8.GetBytes("renewed\0"), hash);
}
