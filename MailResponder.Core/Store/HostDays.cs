using System.Buffers.Binary;
using System.Security.Cryptography;
using MailResponder.Settings;
using MailResponder.Store.MySql;

namespace MailResponder.Store;

/// <summary>
/// The daily figures of each host of a fleet, in the database that the hosts share, and the record of which host mails
/// the sum. All methods throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> if the database cannot
/// be used now.
/// </summary>
/// <remarks>
/// A row is encrypted with AES-256-GCM under a key derived from the address key, and bound to its host and day. An
/// attacker with the database but without the key cannot read or change the figures, nor move them to another row.
/// The text is padded to full blocks: otherwise the row's length, recorded over time in a binary log, would reveal what
/// was added.
/// </remarks>
/// <param name="database">The database that the hosts share. Disposed with this object.</param>
/// <param name="newestKey">
/// The newest key of the key file. Rows encrypted under it or an earlier key can be read.
/// </param>
internal sealed class HostDays(IDatabase database, AddressKey newestKey) : IDisposable
{
    /// <summary>How many days are kept: enough for a trend of two weeks.</summary>
    public const int DaysKept = 14;

    /// <summary>
    /// How long a host may take to mail a report. If it dies meanwhile, another host mails the report after this time.
    /// </summary>
    public static readonly TimeSpan MailingTime = TimeSpan.FromHours(1);

    private const int NonceBytes = 12, TagBytes = 16;

    /// <summary>The padding block. The figures of most hosts take fewer bytes as JSON.</summary>
    private const int BlockBytes = 16 << 10;

    /// <summary>
    /// The largest accepted difference between two clocks, in minutes. Hosts that use a time server differ by less. The
    /// report waits longer than this after midnight.
    /// </summary>
    public const int MostSkewMinutes = 10;

    /// <summary>Longer than mailing a report takes, because the session must stay open meanwhile.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    /// <summary>Opens the shared database of the settings.</summary>
    /// <exception cref="ResponderException">
    /// The database is SQLite and thus of one host, cannot be opened now, or belongs to another address key.
    /// </exception>
    public static HostDays Open(ResponderSettings settings, TimeProvider clock)
    {
        if (settings.Database.MySql is not { } mySql)
        {
            throw new ResponderException(Cause.Settings,
                $"the database {settings.Database.Place} belongs to this host alone; the hosts of a fleet share one in "
                + "MySQL or MariaDB (docs/fleet.md); for this host run: responder stats");
        }

        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        return new HostDays(MySqlDatabase.Open(mySql, key, MaxWait, clock, answersMessage: false), key);
    }

    /// <summary>Returns the number of days since 1970 in UTC, whatever the host's time zone is.</summary>
    public static long DayOf(DateTimeOffset time) => (time.UtcDateTime - DateTime.UnixEpoch).Days;

    public static DateTimeOffset StartOf(long day) => DateTimeOffset.UnixEpoch.AddDays(day);

    /// <summary>
    /// Checks this host's clock against the server's. A host with a wrong clock would mail the report of a day that is
    /// not over, or delete the figures of all hosts.
    /// </summary>
    /// <exception cref="ResponderException">The clocks differ by more than ten minutes.</exception>
    public void CheckClock(DateTimeOffset now)
    {
        var server = database.Try(() => database.Scalar("SELECT UNIX_TIMESTAMP()"))!.Value;
        if (Math.Abs(now.ToUnixTimeSeconds() - server) > MostSkewMinutes * 60)
        {
            throw new ResponderException(Cause.Unexpected,
                $"the clocks of this host and of the database differ by {now.ToUnixTimeSeconds() - server} s; correct "
                + "them first");
        }
    }

    /// <summary>Returns the rows of all hosts, ordered by day, then host.</summary>
    /// <param name="first">The first day.</param>
    /// <param name="end">The day after the last one.</param>
    public List<HostRow> Read(long first, long end) =>
        Rows("day >= @first AND day < @end", ("first", first), ("end", end));

    /// <summary>Returns the row of one host on one day. Null if there is none.</summary>
    public HostRow? Find(long day, byte[] host) =>
        Rows("day = @day AND host = @host", ("day", day), ("host", host)) is [var row] ? row : null;

    /// <summary>
    /// Replaces the figures of a host on a day. They are JSON; when read back, spaces may follow them.
    /// </summary>
    public void Put(HostRow row)
    {
        var text = Seal(row.Day, row.Host, row.Figures!);
        database.Run(() => database.Execute("REPLACE INTO host_day (day, host, figures) VALUES (@day, @host, @text)",
            ("day", row.Day), ("host", row.Host), ("text", text)));
    }

    /// <summary>Deletes the days before the given day.</summary>
    public void Forget(long before)
    {
        database.Run(() => database.Execute("DELETE FROM host_day WHERE day < @before", ("before", before)));
        database.Run(() => database.Execute("DELETE FROM mailed_day WHERE day < @before", ("before", before)));
    }

    /// <summary>Returns the days before the given day that have figures and were not mailed, in order.</summary>
    public List<long> NotMailed(long before) => database.Try(() => database.Rows(
        """
        SELECT DISTINCT day FROM host_day
        WHERE day < @before AND day NOT IN (SELECT day FROM mailed_day WHERE done = 1) ORDER BY day
        """, row => row.GetInt64(0), ("before", before)));

    /// <summary>
    /// Claims the mailing of a day's report. True if this host must mail it now; no other host may until
    /// <see cref="MailingTime"/> has passed.
    /// </summary>
    public bool TryTake(long day, DateTimeOffset now) => database.InTransaction(() =>
    {
        database.Execute("INSERT INTO mailed_day (day, taken_until, done) VALUES (@day, 0, 0) "
            + database.UnlessThere("done"), ("day", day));
        return database.Execute(
            "UPDATE mailed_day SET taken_until = @until WHERE day = @day AND done = 0 AND taken_until <= @now",
            ("day", day), ("now", now.ToUnixTimeSeconds()), ("until", (now + MailingTime).ToUnixTimeSeconds())) == 1;
    });

    /// <summary>Records that the day was mailed.</summary>
    public void SetMailed(long day) =>
        database.Run(() => database.Execute("UPDATE mailed_day SET done = 1 WHERE day = @day", ("day", day)),
            afterSending: true);

    public void Dispose() => database.Dispose();

    private List<HostRow> Rows(string where, params (string Name, object Value)[] values) => database.Try(() =>
        database.Rows($"SELECT day, host, figures FROM host_day WHERE {where} ORDER BY day, host",
            row => Open(row.GetInt64(0), row.Bytes(1), row.Bytes(2)), values));

    private byte[] Seal(long day, byte[] host, byte[] figures)
    {
        var text = new byte[Math.Max(1, (figures.Length + BlockBytes - 1) / BlockBytes) * BlockBytes];
        figures.CopyTo(text, 0);
        text.AsSpan(figures.Length).Fill((byte)' ');
        var row = new byte[NonceBytes + text.Length + TagBytes];
        RandomNumberGenerator.Fill(row.AsSpan(0, NonceBytes));
        using var cipher = CipherOf(database.Key);
        cipher.Encrypt(row.AsSpan(0, NonceBytes), text, row.AsSpan(NonceBytes, text.Length),
            row.AsSpan(NonceBytes + text.Length), PlaceOf(day, host));
        return row;
    }

    private HostRow Open(long day, byte[] host, byte[] row)
    {
        var figures = new byte[Math.Max(0, row.Length - NonceBytes - TagBytes)];
        for (var key = figures.Length > 0 ? newestKey : null; key is not null; key = key.Earlier)
        {
            try
            {
                using var cipher = CipherOf(key);
                cipher.Decrypt(row.AsSpan(0, NonceBytes), row.AsSpan(NonceBytes, figures.Length),
                    row.AsSpan(NonceBytes + figures.Length), figures, PlaceOf(day, host));
                return new HostRow(day, host, figures);
            }
            catch (AuthenticationTagMismatchException)
            {
                // The row was encrypted under an earlier key, or not by a responder.
            }
        }

        return new HostRow(day, host, null);
    }

    private static AesGcm CipherOf(AddressKey key) => new(key.For("host-day"), TagBytes);

    private static byte[] PlaceOf(long day, byte[] host)
    {
        var place = new byte[sizeof(long) + host.Length];
        BinaryPrimitives.WriteInt64BigEndian(place, day);
        host.CopyTo(place, sizeof(long));
        return place;
    }
}

/// <summary>The figures of one host on one day.</summary>
/// <param name="Day">The day as <see cref="HostDays.DayOf"/> returns it.</param>
/// <param name="Host">The hash that identifies the host.</param>
/// <param name="Figures">The figures as JSON. Null if they cannot be decrypted.</param>
internal sealed record HostRow(long Day, byte[] Host, byte[]? Figures);
