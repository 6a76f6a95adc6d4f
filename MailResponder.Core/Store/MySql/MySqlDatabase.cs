using System.Data;
using System.Data.Common;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>The database that several hosts share.</summary>
/// <remarks>
/// When the server goes away in the middle of a message, this waits for it as long as the deadline allows: a reply may
/// have been sent and has to be recorded. When the server is away at the start, it does not wait: Postfix brings the
/// message again, and a host full of waiting processes helps nobody.
/// </remarks>
/// <param name="server">Not yet connected to.</param>
/// <param name="deadline">For how long to wait for a server that went away.</param>
internal sealed class MySqlDatabase(MySqlServer server, Deadline deadline) : IDatabase
{
    /// <summary>After how long beyond the deadline the server ends a silent session and frees its locks.</summary>
    private const int SecondsAfterDeadline = 30;

    private const int DuplicateKey = 1062, NoSuchTable = 1146;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(300);
    private MySqlConnection _connection = new();
    private MessageLock? _entered;

    public DbConnection Connection => _connection;

    public string Begin => "START TRANSACTION";

    public AddressKey Key { get; private set; } = null!;

    // A batch locks only rows that are out of use. Its size bounds the undo log.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(50);

    public TimeSpan RestAfterBatch => TimeSpan.Zero;

    // INSERT IGNORE takes a shared lock; two sessions then deadlock when they upgrade it.
    public string UnlessThere(string column) => $"ON DUPLICATE KEY UPDATE {column} = {column}";

    public int DeleteBatch(string sql, params (string Name, object Value)[] values) =>
        this.InTransaction(() => this.Execute(sql, values));

    /// <inheritdoc cref="RequesterStore.Open"/>
    public static MySqlDatabase Open(
        MySqlSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock, bool answersMessage)
    {
        var database = new MySqlDatabase(new MySqlServer(settings, answersMessage), new Deadline(clock, maxWait));
        try
        {
            database.Connect();
            var schema = database.ReadSchema();
            if (schema.Version == 0)
                schema = database.Create(key, maxWait);
            database.Key = schema.KeyInForce(key, settings.Place);
            return database;
        }
        catch (Exception exception)
        {
            database.Dispose();
            if (MySqlTrouble.IsTrouble(exception))
                throw MySqlTrouble.Translate(exception, settings);
            throw;
        }
    }

    /// <summary>Connects, and sets what the statements rely on, whatever the server's defaults are.</summary>
    /// <remarks>
    /// A record outlasts the process only with autocommit and without a chained transaction. MySqlConnector writes
    /// values with backslashes, and a value that does not fit must be refused, not cut. A lock that takes longer than
    /// those timeouts is held by a host that died. At this isolation level no rows are locked that are not there, so
    /// that two newcomers never wait for each other. Only MariaDB reads what stands in <c>/*M! */</c>.
    /// </remarks>
    public void Connect()
    {
        _connection.Dispose();
        var remaining = deadline.Remaining;
        _connection = server.Connect(remaining);
        var idle = (int)Math.Ceiling(remaining.TotalSeconds) + SecondsAfterDeadline;
        try
        {
            this.Execute($"""
                SET SESSION autocommit = 1, SESSION completion_type = NO_CHAIN, SESSION sql_mode = 'STRICT_ALL_TABLES',
                SESSION innodb_lock_wait_timeout = 5, SESSION lock_wait_timeout = 20, SESSION wait_timeout = {idle}
                /*M!100300 , SESSION idle_transaction_timeout = {idle} */;
                SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
                """);
        }
        catch
        {
            // No statement may run without these session settings.
            _connection.Dispose();
            throw;
        }
    }

    public Schema ReadSchema() =>
        Schema.Read(this, exception => exception is MySqlException { Number: NoSuchTable });

    public AddressKey KeyInForce(AddressKey newest) => ReadSchema().KeyInForce(newest, server.Settings.Place);

    public IDisposable? EnterMessage(byte[] messageKey)
    {
        // Names hold at most 64 characters, and are the same for all databases of the server: the key tells them apart.
        var entered = new MessageLock(this, "mail_responder." + Convert.ToHexStringLower(messageKey.AsSpan(0, 16)));
        return this.Try(entered.TryTake) ? _entered = entered : null;
    }

    public void Run(Action work)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (_connection.State != ConnectionState.Open)
                {
                    Connect();
                    // The lock went with the old connection. If somebody else has it by now, this process still has to
                    // record what it did.
                    _entered?.TryTake();
                }

                work();
                return;
            }
            catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
            {
                if (MySqlTrouble.EndsConnection(exception))
                    _connection.Dispose();
                // One more try after the deadline: a reply may have been sent, and must be recorded.
                if (!IsWorthAnotherTry(exception) || (tries > 1 && deadline.Remaining < LongestPause))
                    throw MySqlTrouble.Translate(exception, server.Settings);
            }

            // A random pause, so that sessions that deadlocked do not meet again.
            Thread.Sleep(ShortestPause + LongestPause * Random.Shared.NextDouble() * Math.Min(1, tries / 5.0));
        }
    }

    public void Undo() => Attempt("ROLLBACK");

    public void Dispose() => _connection.Dispose();

    /// <summary>For what the server does itself when the connection ends. Does not throw.</summary>
    private void Attempt(string sql)
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
                this.Execute(sql);
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            _connection.Dispose();
        }
    }

    /// <summary>
    /// True for deadlocks, lock waits, a server that is away, went away or became a replica, and a key that another
    /// process has just inserted (the next try finds it). Not for a lack of memory: it would come again.
    /// </summary>
    private bool IsWorthAnotherTry(Exception exception) =>
        exception is MySqlException { IsTransient: true } or MySqlException { Number: DuplicateKey }
        || (_connection.State != ConnectionState.Open && exception is not OutOfMemoryException);

    /// <summary>Creates the tables, while other hosts that want to wait.</summary>
    private Schema Create(AddressKey key, TimeSpan maxWait)
    {
        const string name = "CONCAT('mail_responder.schema.', LEFT(MD5(DATABASE()), 16))";
        var seconds = (int)Math.Max(1, maxWait.TotalSeconds);
        if (this.Scalar($"SELECT GET_LOCK({name}, @seconds)", ("seconds", seconds)) != 1)
            throw new ResponderException(Cause.Database,
                $"database {server.Settings.Place}: another host is still creating its tables; try again later");
        try
        {
            // Read again under the lock: another host may have created them meanwhile.
            if (ReadSchema().Version == 0)
                Schema.Create(this, key, "ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4");
            return ReadSchema();
        }
        finally
        {
            Attempt($"DO RELEASE_LOCK({name})");
        }
    }

    /// <summary>A lock on one message among the hosts of a fleet.</summary>
    private sealed class MessageLock(MySqlDatabase database, string name) : IDisposable
    {
        /// <returns>False when another connection holds it.</returns>
        public bool TryTake() => database.Scalar($"SELECT GET_LOCK('{name}', 0)") == 1;

        public void Dispose() => database.Attempt($"DO RELEASE_LOCK('{name}')");
    }
}
