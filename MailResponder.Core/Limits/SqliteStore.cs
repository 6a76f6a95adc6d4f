using System.Data;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MailResponder.Limits;

/// <summary>The store of one host: a SQLite file in WAL mode. See <see cref="SqliteSchema"/> for the tables.</summary>
/// <remarks>
/// Every commit reaches the disk before the next step (synchronous=FULL): a reply whose record is lost with the power
/// would be sent again.
/// </remarks>
internal sealed class SqliteStore : IStore
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly TimeProvider _clock;

    private SqliteStore(string path, SqliteConnection connection, TimeProvider clock)
    {
        _path = path;
        _connection = connection;
        _clock = clock;
    }

    /// <summary>Opens the database, and creates or migrates it first where that is due.</summary>
    /// <param name="path">The database file; its folder is made when it is missing.</param>
    /// <param name="key">The database belongs to the key that it was made with.</param>
    /// <param name="maxWait">How long to wait for other processes' locks.</param>
    /// <param name="clock">Tells the time of claims and resets.</param>
    public static SqliteStore Open(string path, AddressKey key, TimeSpan maxWait, TimeProvider clock)
    {
        SqliteLibrary.Load();
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)maxWait.TotalSeconds),
        };
        var connection = new SqliteConnection(builder.ConnectionString);
        var store = new SqliteStore(path, connection, clock);
        try
        {
            store.Try(() =>
            {
                MakeFile(path);
                connection.Open();
                connection.Execute(string.Create(CultureInfo.InvariantCulture,
                    $"PRAGMA busy_timeout = {(int)maxWait.TotalMilliseconds}"));
                SqliteSchema.BringUpToDate(connection, path, key.Fingerprint);
                return true;
            });
            return store;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var path = _path + ".lock";
        try
        {
            return MessageLock.TryEnter(path, messageKey);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, path);
        }
    }

    public Claim Claim(byte[] messageKey, Requester requester, int? limit) => InTransaction(transaction =>
    {
        if (ReadClaim(messageKey, transaction) is { } earlier)
            return earlier;
        var verdict = ReadVerdict(requester, transaction);
        if (verdict == Verdict.Blocked)
            return new Claim(ClaimResult.Blocked);
        var charged = verdict != Verdict.Allowed && limit is not null;
        if (charged && Execute(
            """
            INSERT INTO quota (requester, used) VALUES (@requester, 1)
            ON CONFLICT (requester) DO UPDATE SET used = used + 1 WHERE used < @limit
            """, transaction, ("requester", requester.Address), ("limit", limit!.Value)) == 0)
        {
            return new Claim(ClaimResult.OverQuota);
        }

        Execute("INSERT INTO ledger (message, claimed_at, charged, sent, given_up) VALUES (@message, @now, @charged, 0, 0)",
            transaction, ("message", messageKey), ("now", Now()), ("charged", charged ? 1 : 0));
        return new Claim(ClaimResult.Granted);
    });

    public void RecordSent(byte[] messageKey, int entry) => Record("sent", messageKey, entry);

    public void RecordGivenUp(byte[] messageKey, int entry) => Record("given_up", messageKey, entry);

    public void Refund(byte[] messageKey, Requester requester) => InTransaction(transaction =>
    {
        var refunded = Execute("UPDATE ledger SET charged = 0 WHERE message = @message AND charged = 1", transaction,
            ("message", messageKey));
        if (refunded > 0)
        {
            Execute("UPDATE quota SET used = used - 1 WHERE requester = @requester AND used > 0", transaction,
                ("requester", requester.Address));
        }

        return refunded;
    });

    public (long Requesters, long Messages) Reset(DateTimeOffset forgetBefore) => InTransaction(transaction =>
    {
        var requesters = Execute("DELETE FROM quota", transaction);
        var messages = Execute("DELETE FROM ledger WHERE claimed_at < @before", transaction,
            ("before", forgetBefore.ToUnixTimeSeconds()));
        Execute("INSERT INTO meta (name, value) VALUES ('last_reset', @now) ON CONFLICT (name) DO UPDATE SET value = @now",
            transaction, ("now", Now()));
        return ((long)requesters, (long)messages);
    });

    public Verdict SetVerdict(byte[] subject, Verdict verdict) => InTransaction(transaction =>
    {
        var before = (Verdict)(Scalar("SELECT verdict FROM listed WHERE subject = @subject", transaction, ("subject", subject)) ?? 0);
        Execute("DELETE FROM listed WHERE subject = @subject", transaction, ("subject", subject));
        if (verdict != Verdict.None)
        {
            Execute("INSERT INTO listed (subject, verdict, listed_at) VALUES (@subject, @verdict, @now)", transaction,
                ("subject", subject), ("verdict", (int)verdict), ("now", Now()));
        }

        return before;
    });

    public Verdict VerdictOf(Requester requester) => Try(() => ReadVerdict(requester, null));

    public long Used(Requester requester) => Try(() =>
        Scalar("SELECT used FROM quota WHERE requester = @requester", null, ("requester", requester.Address)) ?? 0);

    public StoreCounts Count() => InTransaction(transaction =>
    {
        var requesters = new List<(long, long)>();
        using (var reader = _connection.ExecuteReader(
            "SELECT used, COUNT(*) FROM quota WHERE used > 0 GROUP BY used ORDER BY used", transaction: transaction))
        {
            while (reader.Read())
                requesters.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        var reset = Scalar("SELECT value FROM meta WHERE name = 'last_reset'", transaction);
        return new StoreCounts(
            Scalar("SELECT COUNT(*) FROM listed WHERE verdict = 1", transaction) ?? 0,
            Scalar("SELECT COUNT(*) FROM listed WHERE verdict = 2", transaction) ?? 0,
            requesters,
            Scalar("SELECT COUNT(*) FROM ledger", transaction) ?? 0,
            reset is null ? null : DateTimeOffset.FromUnixTimeSeconds(reset.Value));
    });

    public void Dispose() => _connection.Dispose();

    /// <summary>An empty file for SQLite to fill: it would make one that everybody may read.</summary>
    private static void MakeFile(string path)
    {
        if (File.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
        }).Dispose();
    }

    private Claim? ReadClaim(byte[] messageKey, IDbTransaction transaction)
    {
        using var reader = _connection.ExecuteReader("SELECT sent, given_up FROM ledger WHERE message = @message",
            Bind(("message", messageKey)), transaction);
        return reader.Read() ? new Claim(ClaimResult.Retry, reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private Verdict ReadVerdict(Requester requester, IDbTransaction? transaction)
    {
        const string sql = "SELECT verdict FROM listed WHERE subject = @subject";
        var verdict = Scalar(sql, transaction, ("subject", requester.Address));
        foreach (var domain in requester.Domains)
            verdict ??= Scalar(sql, transaction, ("subject", domain));
        return (Verdict)(verdict ?? 0);
    }

    private void Record(string column, byte[] messageKey, int entry) => Try(() =>
        Execute($"UPDATE ledger SET {column} = {column} | @bit WHERE message = @message", null,
            ("bit", 1L << entry), ("message", messageKey)));

    private long Now() => _clock.GetUtcNow().ToUnixTimeSeconds();

    private int Execute(string sql, IDbTransaction? transaction, params ReadOnlySpan<(string, object)> values) =>
        _connection.Execute(sql, Bind(values), transaction);

    private long? Scalar(string sql, IDbTransaction? transaction, params ReadOnlySpan<(string, object)> values) =>
        (long?)_connection.ExecuteScalar(sql, Bind(values), transaction);

    private static DynamicParameters Bind(params ReadOnlySpan<(string Name, object Value)> values)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values)
            parameters.Add(name, value, value is byte[]? DbType.Binary : DbType.Int64);
        return parameters;
    }

    private T InTransaction<T>(Func<IDbTransaction, T> work) => Try(() =>
    {
        // Immediate: the write lock comes first, so that nothing read here can change before it is written.
        using var transaction = _connection.BeginTransaction(deferred: false);
        var result = work(transaction);
        transaction.Commit();
        return result;
    });

    private T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, _path);
        }
    }
}
