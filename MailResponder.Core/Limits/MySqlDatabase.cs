using System.Data;
using Dapper;
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
    private MySqlMessageLock? _entered;

    private MySqlDatabase(MySqlServer server, Deadline deadline, MySqlConnection connection)
    {
        _server = server;
        _deadline = deadline;
        _connection = connection;
    }

    public IDbConnection Connection => _connection;

    // VALUES() is how both MySQL and MariaDB call the row that was to be inserted. Assignments run from left to right.
    public string EnterWindow =>
        """
        INSERT INTO quota (requester, epoch, used) SELECT @requester, value, 0 FROM meta WHERE name = 'epoch'
        ON DUPLICATE KEY UPDATE
            used = IF(quota.epoch < VALUES(epoch), 0, used), epoch = GREATEST(quota.epoch, VALUES(epoch))
        """;

    /// <inheritdoc cref="Store.Open"/>
    public static MySqlDatabase Open(MySqlSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock)
    {
        var server = new MySqlServer(settings);
        var deadline = new Deadline(clock, maxWait);
        MySqlConnection? connection = null;
        try
        {
            connection = server.Connect(maxWait);
            connection.Execute(Patience);
            MySqlSchema.BringUpToDate(connection, settings.Place, key.Fingerprint, maxWait);
            return new MySqlDatabase(server, deadline, connection);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            if (exception is MySqlException trouble)
                throw MySqlTrouble.Translate(trouble, settings);
            throw;
        }
    }

    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var messageLock = new MySqlMessageLock(messageKey, () => _connection);
        if (!Try(messageLock.TryTake))
            return null;
        return _entered = messageLock;
    }

    public T InTransaction<T>(Func<IDbTransaction, T> work) => Try(() =>
    {
        // Read committed: what is not there is not locked either, so that two newcomers never wait for each other.
        using var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var result = work(transaction);
        transaction.Commit();
        return result;
    });

    public T Try<T>(Func<T> work)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (_connection.State != ConnectionState.Open)
                    Reconnect();
                return work();
            }
            catch (MySqlException exception)
            {
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
    /// Deadlocks, lock waits, a server that is away or went away, and a key that another process has just inserted:
    /// the second look finds it.
    /// </summary>
    private bool IsWorthAnotherTry(MySqlException exception) =>
        exception.IsTransient || exception.Number == DuplicateKey || _connection.State != ConnectionState.Open;

    private void Reconnect()
    {
        _connection.Dispose();
        _connection = _server.Connect(_deadline.Remaining);
        _connection.Execute(Patience);
        // The lock went with the old connection. If somebody else has it by now, this process still has to record what
        // it did.
        _entered?.TryTake();
    }
}
