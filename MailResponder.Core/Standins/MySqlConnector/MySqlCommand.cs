using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

/// <summary>A statement with named parameters. It goes to the server prepared: no value is ever written into its text.</summary>
public sealed class MySqlCommand : DbCommand
{
    int? _timeout;

    public MySqlCommand()
    {
    }

    public MySqlCommand(string? commandText, MySqlConnection? connection = null, MySqlTransaction? transaction = null)
    {
        CommandText = commandText;
        Connection = connection;
        Transaction = transaction;
    }

    [AllowNull]
    public override string CommandText { get => field; set => field = value ?? ""; } = "";

    /// <summary>Kept, but the connection's default is in force: the library takes it when it connects.</summary>
    public override int CommandTimeout { get => _timeout ?? Connection?.DefaultCommandTimeout ?? 30; set => _timeout = value; }

    /// <summary>Text only.</summary>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text)
                throw new NotSupportedException($"CommandType.{value} is not supported.");
        }
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    public new MySqlConnection? Connection { get; set; }

    public new MySqlParameterCollection Parameters { get; } = new();

    public new MySqlTransaction? Transaction { get; set; }

    /// <summary>The AUTO_INCREMENT value that the last execution was given.</summary>
    public long LastInsertedId { get; private set; }

    protected override DbConnection? DbConnection { get => Connection; set => Connection = (MySqlConnection?)value; }

    protected override DbParameterCollection DbParameterCollection => Parameters;

    protected override DbTransaction? DbTransaction { get => Transaction; set => Transaction = (MySqlTransaction?)value; }

    public override void Cancel()
    {
    }

    /// <summary>Nothing to do: every execution is prepared.</summary>
    public override void Prepare()
    {
    }

    /// <returns>Rows inserted, deleted, or found by an UPDATE; -1 for a SELECT.</returns>
    public override int ExecuteNonQuery() => (int)Execute().AffectedRows;

    /// <returns>The first value of the first row; null when there is no row.</returns>
    public override object? ExecuteScalar() => Execute().Rows is [var row, ..] ? row[0] : null;

    public new MySqlDataReader ExecuteReader() => ExecuteReader(CommandBehavior.Default);

    public new MySqlDataReader ExecuteReader(CommandBehavior behavior)
    {
        var connection = Connection;
        return connection!.ActiveReader = new MySqlDataReader(Execute(), connection, behavior);
    }

    protected override DbParameter CreateDbParameter() => new MySqlParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    ResultSet Execute()
    {
        var connection = Connection ?? throw new InvalidOperationException("Connection property must be non-null.");
        if (CommandText.Length == 0)
            throw new InvalidOperationException("CommandText must be specified");
        if (!ReferenceEquals(Transaction, connection.CurrentTransaction))
            throw new InvalidOperationException("The transaction associated with this command is not the connection's active transaction.");
        if (connection.ActiveReader is not null)
            throw new InvalidOperationException("This MySqlConnection is already in use: a reader is open.");
        var (text, places) = StatementText.Parse(CommandText, Parameters);
        var result = connection.Session.Execute(text, places);
        LastInsertedId = result.InsertId;
        return result;
    }
}
