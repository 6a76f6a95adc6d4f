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
/// The secret key of every hash in the database. An attacker can try all likely addresses, so a plain hash of an
/// address would reveal it. Without this key the hashes reveal nothing.
/// </summary>
/// <remarks>
/// The database holds no addresses, so they cannot be hashed afresh with a new key. Instead, each stored hash is hashed
/// again with the new key. The key file therefore holds the new key and all earlier ones. An attacker who has only the
/// earlier keys learns nothing from the current hashes.
/// </remarks>
internal sealed class AddressKey
{
    /// <summary>
    /// The maximum number of keys in the file. Each key adds one step to every hash that a message needs.
    /// </summary>
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

    /// <summary>The key before the last change. Null if the key was never changed.</summary>
    public AddressKey? Earlier { get; }

    /// <summary>The number of keys up to this one. Each hashes the result of the one before.</summary>
    public int Generation { get; }

    /// <summary>When this key was made. Null for the first key.</summary>
    public DateTimeOffset? MadeAt { get; }

    /// <summary>
    /// A number that identifies the key without revealing it. The database stores it to detect a wrong key file.
    /// </summary>
    public long Fingerprint => BinaryPrimitives.ReadInt64BigEndian(Hash("fingerprint", ""));

    /// <summary>
    /// Reads the key file. It holds one key of 64 hexadecimal digits, or several lines with one key each, the newest
    /// first. On each line except the last, the time when the key was made follows.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The file is missing, open to other users, or holds something else.
    /// </exception>
    public static AddressKey Load(string path) => Parse(path, SecretFile.Read(path, Cause.KeyFile, "address key"));

    /// <summary>Parses the text of a key file.</summary>
    /// <param name="path">The file that the text was read from, for error messages.</param>
    /// <param name="text">The content of the file.</param>
    /// <exception cref="ResponderException">The text is not that of a key file.</exception>
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
                : $"address key {path}: line {i + 1} must hold {2 * KeyBytes} hexadecimal digits and (except on the "
                    + "last line) a time; restore the file from a backup or another host");
            if (key.Generation > MaxGenerations)
                throw new ResponderException(Cause.KeyFile,
                    $"address key {path}: holds more than {MaxGenerations} keys; restore the file from a backup or "
                        + "another host");
        }

        return key!;
    }

    /// <summary>
    /// Reads the key of a database. Creates the key first if neither it nor the SQLite file exists yet. If the database
    /// exists but its key is missing, only the operator can restore it. With MySQL, a key is never created: the hosts
    /// of a fleet share one key, and a host with its own would find no quotas and no list entries.
    /// </summary>
    /// <param name="path">The key file.</param>
    /// <param name="database">The database that the key belongs to.</param>
    /// <exception cref="ResponderException">The key file is missing or cannot be used.</exception>
    public static AddressKey LoadOrCreate(string path, DatabaseSettings database)
    {
        if (!File.Exists(path) && database.MySql is not null)
        {
            throw new ResponderException(Cause.KeyFile,
                $"address key {path}: does not exist; copy it from another host, " +
                $"or for a new database create it once with: (umask 027; openssl rand -hex {KeyBytes} > {path})");
        }

        // File.Exists is true for a symbolic link whose target is missing, so statx decides.
        if (database.MySql is null && !FileStatus.TryRead(database.SqliteFile!, out _))
            MakeFirst(path);
        return Load(path);
    }

    /// <summary>Creates a key file that only its owner can read. An existing file is left unchanged.</summary>
    /// <returns>False if the file existed.</returns>
    public static bool Create(string path) =>
        SecretFile.TryCreate(path, New(null, null).Line + "\n", RegularFile.OwnerOnly);

    /// <summary>
    /// Adds a new key to the key file. The database changes to it at its next reset. Until then, both the old and the
    /// new key file work with the database.
    /// </summary>
    /// <param name="path">The key file.</param>
    /// <param name="now">The time to record for the new key.</param>
    /// <returns>The new key.</returns>
    /// <exception cref="ResponderException">
    /// The file cannot be used or written, or holds <see cref="MaxGenerations"/> keys already.
    /// </exception>
    public static AddressKey Change(string path, DateTimeOffset now)
    {
        var before = Load(path);
        if (before.Generation == MaxGenerations)
        {
            throw new ResponderException(Cause.KeyFile,
                $"address key {path}: holds {MaxGenerations} keys, the maximum; " +
                "begin a new database with a new key file (quotas, lists and the record of messages start empty)");
        }

        var text = new StringBuilder(
            "# Address keys, the newest first. All hosts need this file unchanged: do not remove a line.\n");
        for (AddressKey? key = New(before, now); key is not null; key = key.Earlier)
            text.Append(key.Line).Append('\n');
        using var file = new PreparedFiles();
        file.Add(SecretFile.Prepare(path, text.ToString(), group: null, "address key"));
        file.PutInPlace();
        return Load(path);
    }

    /// <summary>Returns this key or the earlier key that has the fingerprint. Null if none has.</summary>
    public AddressKey? WithFingerprint(long? fingerprint) =>
        fingerprint == Fingerprint ? this : Earlier?.WithFingerprint(fingerprint);

    /// <summary>Converts a hash made with this or an earlier key into the hash under this key.</summary>
    public byte[] Renew(byte[] hash, AddressKey madeWith) =>
        madeWith.Generation == Generation ? hash : Renew(Earlier!.Renew(hash, madeWith));

    /// <summary>
    /// Returns the stored form of a requester. Null if the text is not an address with a fully qualified domain.
    /// </summary>
    public Requester? Requester(string address) =>
        CanonicalAddress.TryGet(address, out var canonical, out var spelling, out var domain)
            ? new Requester(Hash("address", canonical), Hash("spelling", spelling), DomainAndParents(domain), domain)
            : null;

    /// <summary>
    /// Returns a requester that stands for any address at the domain, so that only the domain's list entries apply.
    /// </summary>
    /// <param name="domain">The domain, normalized.</param>
    public Requester AnybodyAt(string domain) => new(Domain(domain), Domain(domain), DomainAndParents(domain), domain);

    /// <summary>Returns the stored form of a domain.</summary>
    /// <param name="domain">The domain, normalized.</param>
    public byte[] Domain(string domain) => Hash("domain", domain);

    /// <summary>
    /// Returns the message key. Postfix passes the same bytes on every delivery attempt, so the same header block for
    /// the same requested address is the same message.
    /// </summary>
    public MessageKey Message(byte[] headerBlock, string requestedAddress)
    {
        if (Earlier is null)
            return new MessageKey(Sha256.Hmac(
                _key, Encoding.UTF8.GetBytes("message\0" + requestedAddress + "\0"), headerBlock));
        var before = Earlier.Message(headerBlock, requestedAddress);
        return new MessageKey(Renew(before.Value), [before.Value, .. before.Earlier]);
    }

    /// <summary>Returns the <see cref="Incoming.ProbeTag.Token"/> of a probe.</summary>
    /// <param name="made">When the probe was made; only whole seconds count.</param>
    public string ProbeToken(DateTimeOffset made)
    {
        var seconds = made.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture);
        return seconds + Convert.ToHexStringLower(Hash("probe", seconds).AsSpan(0, TokenBytes));
    }

    /// <summary>Returns the <see cref="Incoming.CanaryTag.Token"/> for requests from a mailbox.</summary>
    /// <param name="start">The first half of the token: the time and a random number.</param>
    /// <param name="requester">
    /// The mailbox's address. Case does not matter. A tag after a plus sign does: at some providers the tagged address
    /// belongs to another person.
    /// </param>
    public string CanaryToken(string start, string requester)
    {
        var at = requester.LastIndexOf('@') + 1;
        var domain = MailDomain.TryNormalize(requester[at..], out var normal) ? normal : requester[at..];
        var text = $"{start}\0{requester[..at].ToLowerInvariant()}{domain}";
        return start + Convert.ToHexStringLower(Hash("canary", text).AsSpan(0, start.Length / 2));
    }

    /// <summary>
    /// Returns the token to write into a reply. Only a holder of this key can compute it. A message that quotes the
    /// token was therefore written by somebody who received the reply.
    /// </summary>
    /// <param name="name">A name that is unique to the reply.</param>
    /// <param name="sentAt">When the reply was sent; only whole seconds count.</param>
    /// <param name="recipient">The address in the To field of the reply.</param>
    public string ReplyToken(string name, DateTimeOffset sentAt, string recipient)
    {
        var text = $"{name}\0{sentAt.ToUnixTimeSeconds()}\0{recipient.ToLowerInvariant()}";
        return Convert.ToHexStringLower(Hash("reply", text)[..16]);
    }

    /// <summary>Whether the token belongs to the reply and was made with this key or an earlier one.</summary>
    /// <inheritdoc cref="ReplyToken"/>
    /// <param name="token">The token to check.</param>
    public bool IsReplyToken(string token, string name, DateTimeOffset sentAt, string recipient) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(ReplyToken(name, sentAt, recipient)), Encoding.UTF8.GetBytes(token))
        || Earlier?.IsReplyToken(token, name, sentAt, recipient) == true;

    /// <summary>Derives a key for another purpose. This key cannot be computed from the derived key.</summary>
    public byte[] For(string purpose) => Hash("key", purpose);

    /// <summary>
    /// Returns the hash that decides which links of a pool a requester gets, or when the requester's periods end.
    /// </summary>
    /// <param name="requester">The address. All spellings of one mailbox give the same hash.</param>
    /// <param name="pool">The name of the pool, without a NUL.</param>
    /// <param name="period">The number of the period. Null for the hash that decides when the periods end.</param>
    public byte[] Links(string requester, string pool, long? period) =>
        Hash("links", $"{pool}\0{period}\0"
            + (CanonicalAddress.TryGet(requester, out var canonical, out _, out _) ? canonical : requester));

    private string Line => Convert.ToHexStringLower(_key)
        + (MadeAt is { } time ? time.UtcDateTime.ToString("' '" + TimeForm, CultureInfo.InvariantCulture) : "");

    /// <summary>
    /// Parses one line. Null if it has another form. Only the first key, on the last line, may be without a time.
    /// </summary>
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
    /// Creates the key if it is missing. Also deletes files left by a process that was killed while it created the key.
    /// Call this only while there is no database.
    /// </summary>
    private static void MakeFirst(string path)
    {
        try
        {
            if (FileTrouble.InWords(Cause.KeyFile, path, () => RegularFile.ModeOf(path) is null))
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
