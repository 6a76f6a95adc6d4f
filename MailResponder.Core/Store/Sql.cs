using System.Data;
using System.Data.Common;
using Dapper;

namespace MailResponder.Store;

/// <summary>
/// Runs statements on either kind of database. The named values are byte arrays (hashes) and integers.
/// </summary>
/// <remarks>
/// The statements use the run-time library of Dapper.AOT without its generated code, because that code passes a byte
/// array as a list of bytes. Plain Dapper builds tables of all types that it can map before its first statement, which
/// costs 1.2 million instructions. It is used only where no message waits.
/// </remarks>
internal static class Sql
{
    /// <summary>
    /// The value that makes a statement use the connection's timeout. The library's default is no timeout.
    /// </summary>
    private const int OfConnection = -1;

    /// <summary>
    /// The maximum number of rows read per statement. No statement finds nearly as many. A hostile server must not
    /// exhaust the memory.
    /// </summary>
    private const int MostRows = 10_000;

    /// <summary>Runs one statement.</summary>
    /// <returns>
    /// The number of changed rows. With MySQL, this includes rows that already had the new values.
    /// </returns>
    /// <exception cref="DbException">The statement failed and changed nothing.</exception>
    public static int Execute(this IDatabase database, string sql, params (string Name, object Value)[] values) =>
        Command(database, sql).Execute(values);

    /// <summary>Returns all rows that one statement finds.</summary>
    /// <param name="read">Converts the columns of a row into the result.</param>
    /// <exception cref="DbException">The statement failed.</exception>
    public static List<T> Rows<T>(
        this IDatabase database, string sql, Func<DbDataReader, T> read, params (string Name, object Value)[] values) =>
        Command(database, sql).QueryBuffered(values, new Row<T>(read));

    /// <summary>
    /// Returns the integer in the first column of the first row. Null if there is no row or the value is NULL.
    /// </summary>
    /// <exception cref="DbException">The statement failed.</exception>
    public static long? Scalar(this IDatabase database, string sql, params (string Name, object Value)[] values) =>
        database.Rows(sql, row => row.NumberOrNull(0), values) is [var number, ..] ? number : null;

    /// <summary>Returns the bytes of a column that holds a hash or a BLOB.</summary>
    public static byte[] Bytes(this DbDataReader row, int column) => (byte[])row.GetValue(column);

    /// <summary>Returns the integer in a column. Null if it is NULL.</summary>
    public static long? NumberOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>
    /// Names values for use in <c>IN (…)</c>. Returns the list of names for the statement, and the named values.
    /// </summary>
    public static (string Names, (string Name, object Value)[] Values) Each(string name, IReadOnlyList<byte[]> values)
    {
        var named = new (string Name, object Value)[values.Count];
        for (var i = 0; i < named.Length; i++)
            named[i] = ($"{name}{i}", values[i]);
        return (string.Join(", ", named.Select(value => "@" + value.Name)), named);
    }

    /// <inheritdoc cref="IDatabase.Run"/>
    /// <remarks>
    /// This is an extension and not part of the interface, because the run time resolves a generic interface method by
    /// name on its first call.
    /// </remarks>
    public static T Try<T>(this IDatabase database, Func<T> work)
    {
        var result = default(T)!;
        database.Run(() => { result = work(); });
        return result;
    }

    /// <summary>
    /// Runs the work in one transaction, which is durable when this returns. After a transient failure, runs the whole
    /// transaction again.
    /// </summary>
    /// <param name="work">The statements to run; they must be safe to repeat.</param>
    /// <param name="isUndone">Whether to roll back in view of the result. Null: always commit.</param>
    /// <exception cref="ResponderException">
    /// The database cannot be used now. As far as is known, nothing was stored.
    /// </exception>
    public static T InTransaction<T>(
        this IDatabase database, Func<T> work, Predicate<T>? isUndone = null) => database.Try(() =>
    {
        // BeginTransaction is not used: MySqlConnector sends its statements without a timeout.
        database.Execute(database.Begin);
        try
        {
            var result = work();
            database.Execute(isUndone?.Invoke(result) == true ? "ROLLBACK" : "COMMIT");
            return result;
        }
        catch
        {
            database.Undo();
            throw;
        }
    });

    private static Command<(string Name, object Value)[]> Command(IDatabase database, string sql) =>
        database.Connection.Command(sql, CommandType.Text, OfConnection, NamedValues.Instance);

    private sealed class NamedValues : CommandFactory<(string Name, object Value)[]>
    {
        public static readonly NamedValues Instance = new();

        public override void AddParameters(in UnifiedCommand command, (string Name, object Value)[] values)
        {
            foreach (var (name, value) in values)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@" + name;
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }
        }
    }

    private sealed class Row<T>(Func<DbDataReader, T> read) : RowFactory<T>
    {
        private int _count;

        public override T Read(DbDataReader reader, ReadOnlySpan<int> tokens, int columnOffset, object? state) =>
            ++_count <= MostRows ? read(reader)
                : throw new InvalidOperationException("the server sent more rows than any statement finds");
    }
}
