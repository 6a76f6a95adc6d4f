using System.Data;
using System.Data.Common;
using Dapper;

namespace MailResponder.Store;

/// <summary>Statements on either database. Their named values are byte arrays (hashes) and whole numbers.</summary>
/// <remarks>
/// They run through the run-time library of Dapper.AOT, without the code that it generates: that passes a byte array as
/// a list of bytes. Plain Dapper makes tables of all types that it can map before its first statement, 1.2 million
/// instructions; it serves where no message waits.
/// </remarks>
internal static class Sql
{
    /// <summary>Statements use the connection's timeout. The library's default is no timeout.</summary>
    private const int OfConnection = -1;

    /// <summary>
    /// A bound on rows, many times what any statement finds: a hostile server must not fill the memory.
    /// </summary>
    private const int MostRows = 10_000;

    /// <summary>Runs one statement.</summary>
    /// <returns>How many rows it changed; for MySQL also those that it found as they were to be.</returns>
    /// <exception cref="DbException">It failed, and did nothing.</exception>
    public static int Execute(this IDatabase database, string sql, params (string Name, object Value)[] values) =>
        Command(database, sql).Execute(values);

    /// <summary>All rows that one statement finds.</summary>
    /// <param name="read">Makes what is wanted of a row's columns.</param>
    /// <exception cref="DbException">It failed.</exception>
    public static List<T> Rows<T>(
        this IDatabase database, string sql, Func<DbDataReader, T> read, params (string Name, object Value)[] values) =>
        Command(database, sql).QueryBuffered(values, new Row<T>(read));

    /// <summary>The number in the first column of the first row; null when there is no row or it is NULL.</summary>
    /// <exception cref="DbException">The statement failed.</exception>
    public static long? Scalar(this IDatabase database, string sql, params (string Name, object Value)[] values) =>
        database.Rows(sql, row => row.NumberOrNull(0), values) is [var number, ..] ? number : null;

    /// <summary>A column that holds a hash.</summary>
    public static byte[] Bytes(this DbDataReader row, int column) => (byte[])row.GetValue(column);

    /// <summary>A column of whole numbers that may be NULL.</summary>
    public static long? NumberOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>Values for <c>IN (…)</c>: their names as the statement has them, and each with its name.</summary>
    public static (string Names, (string Name, object Value)[] Values) Each(string name, IReadOnlyList<byte[]> values)
    {
        var named = new (string Name, object Value)[values.Count];
        for (var i = 0; i < named.Length; i++)
            named[i] = ($"{name}{i}", values[i]);
        return (string.Join(", ", named.Select(value => "@" + value.Name)), named);
    }

    /// <inheritdoc cref="IDatabase.Run"/>
    /// <remarks>Not in the interface: the first call of an interface's generic method looks it up by name.</remarks>
    public static T Try<T>(this IDatabase database, Func<T> work)
    {
        var result = default(T)!;
        database.Run(() => { result = work(); });
        return result;
    }

    /// <summary>Runs the work in one transaction, durable on return; all of it again where that helps.</summary>
    /// <param name="isUndone">Decides by the result whether to roll back; null: never.</param>
    /// <exception cref="ResponderException">
    /// The database cannot do it now; nothing of it was kept, as far as is known.
    /// </exception>
    public static T InTransaction<T>(
        this IDatabase database, Func<T> work, Predicate<T>? isUndone = null) => database.Try(() =>
    {
        // Not by BeginTransaction: what MySqlConnector sends there has no time limit.
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
                : throw new InvalidOperationException("the server sends rows that nobody asked for");
    }
}
