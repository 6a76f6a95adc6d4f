using System.Data;
using System.Data.Common;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>A MySQL or MariaDB database, which several hosts can share.</summary>
/// <remarks>
/// If the server goes down in the middle of a message, this waits for it as long as the deadline allows: a reply may
/// have been sent and must be recorded. If the server is down at the start, or read-only before anything was sent, this
/// does not wait: Postfix retries the message later, and waiting processes would only pile up on the host.
/// </remarks>
/// <param name="server">The server, not yet connected.</param>
/// <param name="deadline">How long to wait for a server that goes down.</param>
internal sealed class MySqlDatabase(MySqlServer server, Deadline deadline) : IDatabase
{
    /// <summary>
    /// How long after the deadline the server ends an idle session and releases its locks, in seconds.
    /// </summary>
    private const int SecondsAfterDeadline = 30;

    private const int DuplicateKey = 1062, NoSuchTable = 1146;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseGrowth = TimeSpan.FromMilliseconds(60);
    private MySqlConnection _connection = new();
    private MessageLock? _entered;

    public DbConnection Connection => _connection;

    public string Begin => "START TRANSACTION";

    public AddressKey Key { get; private set; } = null!;

    // A batch locks only rows that are no longer in force, so no message waits. Small batches keep the undo log small.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(50);

    public TimeSpan RestAfterBatch => TimeSpan.Zero;

    // INSERT IGNORE would take a shared lock on an existing row; two sessions then deadlock when they upgrade it.
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

    /// <summary>
    /// Connects, and sets the session variables that the statements rely on, whatever the server's defaults are.
    /// </summary>
    /// <remarks>
    /// <para>autocommit and completion_type: with other values, a record could be lost when the process ends.</para>
    /// <para>sql_mode: MySqlConnector escapes values with backslashes, so NO_BACKSLASH_ESCAPES must be off. A value
    /// that does not fit must be refused, not truncated.</para>
    /// <para>Lock timeouts: a lock that is held for longer belongs to a host that died.</para>
    /// <para>READ COMMITTED: the server takes no gap locks, so two new requesters never block each other.</para>
    /// <para>Only MariaDB executes the text in <c>/*M! */</c>.</para>
    /// </remarks>
    /// <exception cref="Exception">
    /// The server is down or refuses the login (<see cref="MySqlTrouble.IsTrouble"/>).
    /// </exception>
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
        // A lock name has at most 64 characters. Lock names are shared by all databases of the server, but databases
        // with different address keys have different message keys.
        var entered = new MessageLock(this, "mail_responder." + Convert.ToHexStringLower(messageKey.AsSpan(0, 16)));
        return this.Try(entered.TryTake) ? _entered = entered : null;
    }

    public void Run(Action work, bool afterSending = false)
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan pause;
            try
            {
                if (_connection.State != ConnectionState.Open)
                {
                    Connect();
                    // The lock was lost with the old connection. Even if another process holds it by now, this process
                    // must still record what it did.
                    _entered?.TryTake();
                }

                work();
                return;
            }
            catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
            {
                var endsConnection = MySqlTrouble.EndsConnection(exception);
                if (endsConnection)
                    _connection.Dispose();
                pause = Pause(tries);
                // A new login may reach another server. If its answer is the same, Postfix waits more cheaply.
                var isRefused = endsConnection && exception is MySqlException && !afterSending;
                // Try at least twice, even after the deadline: a reply may have been sent and must be recorded.
                if (!IsWorthAnotherTry(exception) || (tries > 1 && (isRefused || deadline.Remaining < pause)))
                    throw MySqlTrouble.Translate(exception, server.Settings);
            }

            Thread.Sleep(pause);
        }
    }

    public void Undo() => Attempt("ROLLBACK");

    public void Dispose() => _connection.Dispose();

    /// <summary>
    /// Runs a statement whose effect the server produces itself when the connection ends. On an error, closes the
    /// connection. Does not throw.
    /// </summary>
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
    /// Returns a random time, so that sessions that deadlocked do not collide again. Before a login, which costs the
    /// server many times a statement, it grows to 3 seconds instead of 0.3.
    /// </summary>
    private TimeSpan Pause(int tries)
    {
        var most = _connection.State == ConnectionState.Open ? 5 : 50;
        return ShortestPause + PauseGrowth * Math.Min(tries, most) * Random.Shared.NextDouble();
    }

    /// <summary>
    /// True for deadlocks, lock timeouts, a server that is down or became a replica, and a duplicate key: another
    /// process has just inserted the row, and the next try finds it. False if memory runs out, because it would run out
    /// again.
    /// </summary>
    private bool IsWorthAnotherTry(Exception exception) =>
        exception is MySqlException { IsTransient: true } or MySqlException { Number: DuplicateKey }
        || (_connection.State != ConnectionState.Open && exception is not OutOfMemoryException);

    /// <summary>Creates the tables under a lock, so that only one host does so at a time.</summary>
    private Schema Create(AddressKey key, TimeSpan maxWait)
    {
        const string name = "CONCAT('mail_responder.schema.', LEFT(MD5(DATABASE()), 16))";
        var seconds = (int)Math.Max(1, maxWait.TotalSeconds);
        if (this.Scalar($"SELECT GET_LOCK({name}, @seconds)", ("seconds", seconds)) != 1)
            throw new ResponderException(Cause.Database,
                $"database {server.Settings.Place}: another host is still creating its tables; try again later");
        try
        {
            // Read again under the lock: another host may have created the tables meanwhile.
            if (ReadSchema().Version == 0)
                Schema.Create(this, key, "ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4");
            return ReadSchema();
        }
        finally
        {
            Attempt($"DO RELEASE_LOCK({name})");
        }
    }

    /// <summary>A lock on one message, held by one host of a fleet.</summary>
    private sealed class MessageLock(MySqlDatabase database, string name) : IDisposable
    {
        /// <returns>False if another connection holds the lock.</returns>
        public bool TryTake() => database.Scalar($"SELECT GET_LOCK('{name}', 0)") == 1;

        public void Dispose() => database.Attempt($"DO RELEASE_LOCK('{name}')");
    }
}
