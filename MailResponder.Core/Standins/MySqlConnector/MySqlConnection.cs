using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

/// <summary>A connection to a MySQL or MariaDB server through MariaDB Connector/C.</summary>
public sealed class MySqlConnection : DbConnection
{
    MySqlConnectionStringBuilder _settings;
    MySqlSession? _session;
    bool _wasOpened;

    public MySqlConnection() : this("")
    {
    }

    public MySqlConnection(string? connectionString) => _settings = new MySqlConnectionStringBuilder(connectionString ?? "");

    /// <summary>Without the password once the connection was opened.</summary>
    [AllowNull]
    public override string ConnectionString
    {
        get
        {
            if (!_wasOpened)
                return _settings.ConnectionString;
            var shown = new MySqlConnectionStringBuilder(_settings.ConnectionString);
            shown.Remove("Password");
            return shown.ConnectionString;
        }
        set => _settings = new MySqlConnectionStringBuilder(value ?? "");
    }

    public override string Database => _settings.Database;

    public override string DataSource => _settings.Server;

    public override int ConnectionTimeout => (int)_settings.ConnectionTimeout;

    public override string ServerVersion => Session.ServerVersion;

    /// <summary>The server's number for this connection.</summary>
    public int ServerThread => Session.ServerThread;

    /// <summary>Closed also when the server went away: the connection can be opened anew.</summary>
    public override ConnectionState State => _session is { IsOpen: true } ? ConnectionState.Open : ConnectionState.Closed;

    internal MySqlTransaction? CurrentTransaction { get; set; }

    internal MySqlDataReader? ActiveReader { get; set; }

    internal int DefaultCommandTimeout => (int)_settings.DefaultCommandTimeout;

    internal MySqlSession Session => _session is { IsOpen: true } session ? session
        : throw new InvalidOperationException("Connection must be Open; current State is Closed");

    /// <exception cref="MySqlException">There is no such server, or it does not let us in.</exception>
    public override void Open()
    {
        if (State == ConnectionState.Open)
            throw new InvalidOperationException("Cannot Open when State is Open.");
        Close();
        _session = MySqlSession.Connect(_settings);
        _wasOpened = true;
    }

    public override void Close()
    {
        ActiveReader = null;
        CurrentTransaction = null;
        _session?.Dispose();
        _session = null;
    }

    /// <summary>Whether the server answers.</summary>
    public bool Ping() => _session?.Ping() ?? false;

    public override void ChangeDatabase(string databaseName)
    {
        Session.Select(databaseName);
        _settings.Database = databaseName;
    }

    public new MySqlTransaction BeginTransaction() => BeginTransaction(IsolationLevel.Unspecified);

    public new MySqlTransaction BeginTransaction(IsolationLevel isolationLevel)
    {
        if (CurrentTransaction is not null)
            throw new InvalidOperationException("Transactions may not be nested.");
        var level = isolationLevel switch
        {
            IsolationLevel.ReadUncommitted => "READ UNCOMMITTED",
            IsolationLevel.ReadCommitted => "READ COMMITTED",
            IsolationLevel.RepeatableRead or IsolationLevel.Unspecified => "REPEATABLE READ",
            IsolationLevel.Serializable => "SERIALIZABLE",
            _ => throw new NotSupportedException($"IsolationLevel.{isolationLevel} is not supported."),
        };
        Session.Run("SET TRANSACTION ISOLATION LEVEL " + level);
        Session.Run("START TRANSACTION");
        return CurrentTransaction = new MySqlTransaction(this, isolationLevel);
    }

    public new MySqlCommand CreateCommand() => new() { Connection = this };

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }
}
