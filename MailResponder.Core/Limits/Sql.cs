using System.Data;
using System.Globalization;
using Dapper;

namespace MailResponder.Limits;

/// <summary>Statements with named values: byte arrays (hashes) and whole numbers.</summary>
/// <remarks>
/// What a message needs is done with ADO.NET alone. Dapper makes tables of all the types that it can map, by reflection,
/// before its first statement: more work than all statements of a message. It serves what no message waits for, with
/// scalars and <see cref="DynamicParameters"/> only: its mapping to rows and anonymous objects needs code made at run
/// time, which the native program cannot have.
/// </remarks>
internal static class Sql
{
    /// <summary>The first value of the first row; null when there is none or it is NULL.</summary>
    public static object? Value(this IDatabase database, string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        database.Rows(sql, values) is [[var value, ..], ..] ? value : null;

    /// <inheritdoc cref="Value"/>
    public static long? Scalar(this IDatabase database, string sql, params ReadOnlySpan<(string Name, object Value)> values) =>
        (long?)database.Value(sql, values);

    /// <inheritdoc cref="IDatabase.Run"/>
    /// <remarks>Not in the interface: a generic method of an interface is searched for by name at its first call.</remarks>
    public static T Try<T>(this IDatabase database, Func<T> work)
    {
        var result = default(T)!;
        database.Run(() => { result = work(); });
        return result;
    }

    /// <inheritdoc cref="IDatabase.RunInTransaction"/>
    public static T InTransaction<T>(this IDatabase database, Func<T> work)
    {
        var result = default(T)!;
        database.RunInTransaction(() => { result = work(); });
        return result;
    }

    /// <returns>How many rows were changed.</returns>
    public static int Execute(
        IDbConnection connection, string sql, IDbTransaction? transaction, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = Command(connection, sql, transaction, values);
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="IDatabase.Rows"/>
    public static List<object?[]> Rows(
        IDbConnection connection, string sql, IDbTransaction? transaction, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = Command(connection, sql, transaction, values);
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var column = 0; column < row.Length; column++)
            {
                row[column] = reader.GetValue(column) switch
                {
                    DBNull => null,
                    byte[] or string => reader.GetValue(column),
                    var number => Convert.ToInt64(number, CultureInfo.InvariantCulture),
                };
            }

            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The first value of the first row; null when there is none or it is NULL.</summary>
    public static long? Scalar(IDbConnection connection, string sql) =>
        Rows(connection, sql, null) is [[long number, ..], ..] ? number : null;

    /// <summary>Values for <c>IN (…)</c>: their names as the statement has them, and each with its name.</summary>
    public static (string Names, (string Name, object Value)[] Values) Each(string name, List<byte[]> values)
    {
        var named = new (string Name, object Value)[values.Count];
        for (var i = 0; i < named.Length; i++)
            named[i] = (string.Create(CultureInfo.InvariantCulture, $"{name}{i}"), values[i]);
        return (string.Join(", ", named.Select(value => "@" + value.Name)), named);
    }

    /// <summary>Values for Dapper.</summary>
    public static DynamicParameters Bind(params ReadOnlySpan<(string Name, object Value)> values)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values)
            parameters.Add(name, value, TypeOf(value));
        return parameters;
    }

    private static IDbCommand Command(
        IDbConnection connection, string sql, IDbTransaction? transaction, ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            parameter.DbType = TypeOf(value);
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static DbType TypeOf(object value) => value switch { byte[] => DbType.Binary, _ => DbType.Int64 };
}
