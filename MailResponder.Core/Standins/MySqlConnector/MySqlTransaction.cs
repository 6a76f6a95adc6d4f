using System.Data;
using System.Data.Common;

namespace MySqlConnector;

/// <summary>A transaction; what is not committed when it is disposed is rolled back.</summary>
public sealed class MySqlTransaction : DbTransaction
{
    MySqlConnection? _connection;

    internal MySqlTransaction(MySqlConnection connection, IsolationLevel isolationLevel)
    {
        _connection = connection;
        IsolationLevel = isolationLevel;
    }

    public override IsolationLevel IsolationLevel { get; }

    /// <summary>Null once it is over.</summary>
    public new MySqlConnection? Connection => _connection;

    protected override DbConnection? DbConnection => _connection;

    /// <exception cref="MySqlException">The server reported an error; when it went away, nobody knows whether it committed.</exception>
    public override void Commit() => End("COMMIT");

    public override void Rollback() => End("ROLLBACK");

    protected override void Dispose(bool disposing)
    {
        // A server that went away has rolled back already.
        if (disposing && _connection is { State: ConnectionState.Open })
        {
            try
            {
                Rollback();
            }
            catch (MySqlException) when (_connection is not { State: ConnectionState.Open })
            {
            }
        }

        Release();
        base.Dispose(disposing);
    }

    void End(string statement)
    {
        var connection = _connection ?? throw new InvalidOperationException("Already committed or rolled back.");
        try
        {
            connection.Session.Run(statement);
        }
        finally
        {
            if (connection.State != ConnectionState.Open)
                Release();
        }

        Release();
    }

    void Release()
    {
        if (_connection is not null && ReferenceEquals(_connection.CurrentTransaction, this))
            _connection.CurrentTransaction = null;
        _connection = null;
    }
}
