using System.Buffers.Binary;
using System.Security.Cryptography;
using MailResponder.Settings;
using MailResponder.Store.MySql;

namespace MailResponder.Store;

/// <summary>
/// What each host of a fleet counted on each day, in the database that they share; and who mails the sum. All methods
/// throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> when the database cannot do it now.
/// </summary>
/// <remarks>
/// A row is sealed (AES-256-GCM) with a key made from the address key, for its host and day: whoever has the database
/// and not the key learns nothing of the figures, and can neither change one nor put it in another's place. It is
/// filled up to full blocks: who keeps each state of it, as a binary log does, would see by its length what came new.
/// </remarks>
/// <param name="database">Shared by the hosts.</param>
/// <param name="newestKey">Of the key file; opens what was sealed with it or an earlier one.</param>
internal sealed class HostDays(IDatabase database, AddressKey newestKey) : IDisposable
{
    /// <summary>Enough for a trend of two weeks.</summary>
    public const int DaysKept = 14;

    /// <summary>
    /// How long a host may take to mail a report. If it dies meanwhile, another one mails it after that.
    /// </summary>
    public static readonly TimeSpan MailingTime = TimeSpan.FromHours(1);

    private const int NonceBytes = 12, TagBytes = 16;

    /// <summary>More than most hosts' figures have in JSON.</summary>
    private const int BlockBytes = 16 << 10;

    /// <summary>More than the skew of hosts that ask a time server, and less than the report waits.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(10);

    /// <summary>More than mailing a report takes: the session has to live that long.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    /// <exception cref="ResponderException">
    /// It is a database of one host; or cannot be opened now, or belongs to another key.
    /// </exception>
    public static HostDays Open(ResponderSettings settings, TimeProvider clock)
    {
        if (settings.Database.MySql is not { } mySql)
        {
            throw new ResponderException(Cause.Settings,
                $"the database {settings.Database.Place} is of this host alone; a fleet's hosts share one in MySQL or "
                + "MariaDB (docs/fleet.md); for this host: responder stats");
        }

        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        return new HostDays(MySqlDatabase.Open(mySql, key, MaxWait, clock, answersMessage: false), key);
    }

    /// <summary>Days since 1970 in UTC, whatever zone a host is in.</summary>
    public static long DayOf(DateTimeOffset time) => (time.UtcDateTime - DateTime.UnixEpoch).Days;

    public static DateTimeOffset StartOf(long day) => DateTimeOffset.UnixEpoch.AddDays(day);

    /// <summary>
    /// Refuses a clock far from the server's: with it a host would mail a day that is not over, or delete all others'.
    /// </summary>
    public void CheckClock(DateTimeOffset now)
    {
        var server = database.Try(() => database.Scalar("SELECT UNIX_TIMESTAMP()"))!.Value;
        if (Math.Abs(now.ToUnixTimeSeconds() - server) > MostSkew.TotalSeconds)
        {
            throw new ResponderException(Cause.Unexpected,
                $"the clock of this host and that of the database differ by {now.ToUnixTimeSeconds() - server} s; set "
                + "them right first");
        }
    }

    /// <summary>The rows of all hosts from one day to the day before another, in the order of the days.</summary>
    public List<HostRow> Read(long first, long end) =>
        Rows("day >= @first AND day < @end", ("first", first), ("end", end));

    /// <summary>The row of one host on one day; null when there is none.</summary>
    public HostRow? Find(long day, byte[] host) =>
        Rows("day = @day AND host = @host", ("day", day), ("host", host)) is [var row] ? row : null;

    /// <summary>Replaces the figures of a host, which are JSON and come back with spaces behind them.</summary>
    public void Put(HostRow row)
    {
        var text = Seal(row.Day, row.Host, row.Figures!);
        database.Run(() => database.Execute("REPLACE INTO host_day (day, host, figures) VALUES (@day, @host, @text)",
            ("day", row.Day), ("host", row.Host), ("text", text)));
    }

    /// <summary>Deletes the days before one.</summary>
    public void Forget(long before)
    {
        database.Run(() => database.Execute("DELETE FROM host_day WHERE day < @before", ("before", before)));
        database.Run(() => database.Execute("DELETE FROM mailed_day WHERE day < @before", ("before", before)));
    }

    /// <summary>The days before one that have figures and were not mailed, in order.</summary>
    public List<long> NotMailed(long before) => database.Try(() => database.Rows(
        """
        SELECT DISTINCT day FROM host_day
        WHERE day < @before AND day NOT IN (SELECT day FROM mailed_day WHERE done = 1) ORDER BY day
        """, row => row.GetInt64(0), ("before", before)));

    /// <summary>
    /// Whether this host is the one that mails the day now: no other is until <see cref="MailingTime"/> has passed.
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
        database.Run(() => database.Execute("UPDATE mailed_day SET done = 1 WHERE day = @day", ("day", day)));

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
                // Sealed with an earlier key, or not by us.
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

/// <summary>What a host counted on a day.</summary>
/// <param name="Day">As <see cref="HostDays.DayOf"/> has it.</param>
/// <param name="Host">Which host, as a hash.</param>
/// <param name="Figures">Null when they cannot be opened.</param>
internal sealed record HostRow(long Day, byte[] Host, byte[]? Figures);
