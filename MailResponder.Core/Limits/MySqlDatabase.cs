using System.Data;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Limits;

/// <summary>The database that several hosts share. See <see cref="MySqlSchema"/> for the tables.</summary>
/// <remarks>
/// A server that goes away in mid-message is waited for, as long as the deadline allows: a reply was perhaps sent and
/// has to be recorded. One that is away at the start is not: the message is brought again later, and a host full of
/// waiting processes helps nobody.
/// </remarks>
internal sealed class MySqlDatabase : IDatabase
{
    /// <summary>A lock that takes longer is held by a host that died, until the server notices.</summary>
    private const string Patience = "SET SESSION innodb_lock_wait_timeout = 5, SESSION lock_wait_timeout = 20";

    private const int DuplicateKey = 1062;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(300);
    private readonly MySqlServer _server;
    private readonly Deadline _deadline;
    private MySqlConnection _connection;
    private MySqlTransaction? _transaction;
    private MySqlMessageLock? _entered;

    private MySqlDatabase(MySqlServer server, Deadline deadline, MySqlConnection connection, AddressKey key)
    {
        _server = server;
        _deadline = deadline;
        _connection = connection;
        Key = key;
    }

    public AddressKey Key { get; }

    // Not INSERT IGNORE: it leaves others the row to read, and two who read it cannot both go on to write it.
    public string EnterWindow =>
        "INSERT INTO quota (epoch, requester, used) VALUES (@epoch, @requester, 0) ON DUPLICATE KEY UPDATE used = used";

    public string EnterDay =>
        "INSERT INTO counter (day, subject, in_day, minute, in_minute) VALUES (@day, @subject, 0, 0, 0) ON DUPLICATE KEY UPDATE in_day = in_day";

    // Only the rows are locked, which nobody needs any more; the undo log of a batch has to stay small.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(50);

    public TimeSpan RestAfterBatch => TimeSpan.Zero;

    // Read committed: it locks none of the gaps in which new rows are made.
    public int DeleteBatch(string sql, params (string Name, object Value)[] values) => this.InTransaction(() => Execute(sql, values));

    /// <inheritdoc cref="Store.Open"/>
    public static MySqlDatabase Open(
        MySqlSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock, bool answersMessage)
    {
        var server = new MySqlServer(settings, answersMessage);
        var deadline = new Deadline(clock, maxWait);
        MySqlConnection? connection = null;
        try
        {
            connection = server.Connect(maxWait);
            Sql.Execute(connection, Patience, null);
            var inForce = MySqlSchema.BringUpToDate(connection, settings.Place, key, maxWait);
            return new MySqlDatabase(server, deadline, connection, inForce);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            if (MySqlTrouble.IsTrouble(exception))
                throw MySqlTrouble.Translate(exception, settings);
            throw;
        }
    }

    public AddressKey KeyInForce(AddressKey newest) =>
        MySqlSchema.KeyInForce(MySqlSchema.Read(_connection, _transaction), _server.Settings.Place, newest);

    public void PutInForce(AddressKey key)
    {
        Execute("REPLACE INTO meta (name, value) SELECT 'former_key', value FROM meta WHERE name = 'address_key'");
        Execute("UPDATE meta SET value = @fingerprint WHERE name = 'address_key'", ("fingerprint", MySqlSchema.NumberOf(key)));
    }

    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var messageLock = new MySqlMessageLock(messageKey, () => _connection);
        if (!this.Try(messageLock.TryTake))
            return null;
        return _entered = messageLock;
    }

    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        Sql.Execute(_connection, sql, _transaction, values);

    public List<object?[]> Rows(string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        Sql.Rows(_connection, sql, _transaction, values);

    public void RunInTransaction(Action work) => Run(() =>
    {
        // Read committed: what is not there is not locked either, so that two newcomers never wait for each other.
        using var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted);
        _transaction = transaction;
        try
        {
            work();
            transaction.Commit();
        }
        finally
        {
            _transaction = null;
        }
    });

    public void Run(Action work)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (_connection.State != ConnectionState.Open)
                    Reconnect();
                work();
                return;
            }
            catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
            {
                if (MySqlTrouble.EndsConnection(exception))
                    _connection.Dispose();
                // Once more in any case: the deadline may have passed while a reply was sent, and that is to be recorded.
                if (!IsWorthAnotherTry(exception) || (tries > 1 && _deadline.Remaining < LongestPause))
                    throw MySqlTrouble.Translate(exception, _server.Settings);
            }

            // Not all at once: those who met in a deadlock would meet again.
            Thread.Sleep(ShortestPause + LongestPause * Random.Shared.NextDouble() * Math.Min(1, tries / 5.0));
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>
    /// Deadlocks, lock waits, a server that is away, went away or became a replica, and a key that another process has
    /// just inserted:
    /// the second look finds it.
    /// </summary>
    private bool IsWorthAnotherTry(Exception exception) =>
        exception is MySqlException { IsTransient: true } or MySqlException { Number: DuplicateKey }
        || _connection.State != ConnectionState.Open;

    private void Reconnect()
    {
        _connection.Dispose();
        _connection = _server.Connect(_deadline.Remaining);
        Sql.Execute(_connection, Patience, null);
        // The lock went with the old connection. If somebody else has it by now, this process still has to record what
        // it did.
        _entered?.TryTake();
    }
}
