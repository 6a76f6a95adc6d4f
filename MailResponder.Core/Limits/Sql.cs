using System.Data;
using System.Globalization;
using Dapper;

namespace MailResponder.Limits;

/// <summary>Dapper in the forms that the native program can run: named values in, whole numbers out.</summary>
internal static class Sql
{
    /// <summary>Values for the names in a statement: byte arrays (hashes) and whole numbers.</summary>
    public static DynamicParameters Bind(params ReadOnlySpan<(string Name, object Value)> values)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values)
            parameters.Add(name, value, value is byte[]? DbType.Binary : DbType.Int64);
        return parameters;
    }

    /// <summary>Adds each key under a name of its own.</summary>
    /// <returns>The names with commas, for IN (…).</returns>
    public static string AddEach(DynamicParameters parameters, string name, IReadOnlyList<byte[]> keys)
    {
        var names = new string[keys.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = string.Create(CultureInfo.InvariantCulture, $"@{name}{i}");
            parameters.Add(names[i], keys[i], DbType.Binary);
        }

        return string.Join(", ", names);
    }

    /// <summary>The first value of the first row; null when there is none or it is NULL.</summary>
    public static long? Scalar(
        IDbConnection connection, string sql, IDbTransaction? transaction, params ReadOnlySpan<(string, object)> values) =>
        connection.ExecuteScalar(sql, Bind(values), transaction) is { } value and not DBNull
            ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
}
