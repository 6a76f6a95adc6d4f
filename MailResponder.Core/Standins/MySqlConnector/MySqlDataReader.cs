using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MySqlConnector;

/// <summary>Walks the rows of a result, which is in memory already.</summary>
public sealed class MySqlDataReader : DbDataReader
{
    readonly ResultSet _result;
    readonly CommandBehavior _behavior;
    MySqlConnection? _connection;
    int _row = -1;
    bool _exhausted;

    internal MySqlDataReader(ResultSet result, MySqlConnection connection, CommandBehavior behavior)
    {
        _result = result;
        _connection = connection;
        _behavior = behavior;
    }

    public override int Depth => 0;

    public override int FieldCount => _exhausted ? 0 : _result.Columns?.Length ?? 0;

    public override bool HasRows => !_exhausted && _result.Rows.Count > 0;

    public override bool IsClosed => _connection is null;

    public override int RecordsAffected => (int)_result.AffectedRows;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => !_exhausted && _row < _result.Rows.Count && ++_row < _result.Rows.Count;

    /// <summary>A statement has one result: always false.</summary>
    public override bool NextResult()
    {
        _exhausted = true;
        return false;
    }

    public override object GetValue(int ordinal) => _row >= 0 && _row < _result.Rows.Count && !_exhausted
        ? _result.Rows[_row][ordinal]
        : throw new InvalidOperationException("Read must be called first.");

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
            values[i] = GetValue(i);
        return count;
    }

    public override bool IsDBNull(int ordinal) => GetValue(ordinal) is DBNull;

    public override bool GetBoolean(int ordinal) => GetValue(ordinal) is bool flag ? flag : GetInt64(ordinal) != 0;

    public override byte GetByte(int ordinal) => Number<byte>(ordinal);

    public override short GetInt16(int ordinal) => Number<short>(ordinal);

    public override int GetInt32(int ordinal) => Number<int>(ordinal);

    public override long GetInt64(int ordinal) => Number<long>(ordinal);

    public ulong GetUInt64(int ordinal) => Number<ulong>(ordinal);

    public override float GetFloat(int ordinal) => Number<float>(ordinal);

    public override double GetDouble(int ordinal) => Number<double>(ordinal);

    public override decimal GetDecimal(int ordinal) => Number<decimal>(ordinal);

    public override string GetString(int ordinal) => (string)GetValue(ordinal);

    public override char GetChar(int ordinal) => GetString(ordinal)[0];

    public override DateTime GetDateTime(int ordinal) => (DateTime)GetValue(ordinal);

    public TimeSpan GetTimeSpan(int ordinal) => (TimeSpan)GetValue(ordinal);

    public override Guid GetGuid(int ordinal) => Guid.Parse(GetString(ordinal));

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        var bytes = (byte[])GetValue(ordinal);
        if (buffer is null)
            return bytes.Length;
        var count = (int)Math.Clamp(bytes.Length - dataOffset, 0, length);
        Array.Copy(bytes, dataOffset, buffer, bufferOffset, count);
        return count;
    }

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length)
    {
        var text = GetString(ordinal);
        if (buffer is null)
            return text.Length;
        var count = (int)Math.Clamp(text.Length - dataOffset, 0, length);
        text.CopyTo((int)dataOffset, buffer, bufferOffset, count);
        return count;
    }

    public override string GetName(int ordinal) => Column(ordinal).Name;

    public override int GetOrdinal(string name)
    {
        var ordinal = Array.FindIndex(_result.Columns ?? [], column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
#pragma warning disable CA2201 // What ADO.NET says that this method throws.
        return ordinal >= 0 ? ordinal : throw new IndexOutOfRangeException($"The column name '{name}' does not exist in the result set.");
#pragma warning restore CA2201
    }

    public override string GetDataTypeName(int ordinal) => Column(ordinal).TypeName;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => Column(ordinal).Type;

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    public override void Close()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        if (ReferenceEquals(connection.ActiveReader, this))
            connection.ActiveReader = null;
        if ((_behavior & CommandBehavior.CloseConnection) != 0)
            connection.Close();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }

    ResultColumn Column(int ordinal) => (_result.Columns ?? [])[ordinal];

    /// <summary>Any number that fits.</summary>
    T Number<T>(int ordinal) where T : IConvertible => GetValue(ordinal) switch
    {
        T value => value,
        string or byte[] or DateTime or DBNull => throw new InvalidCastException($"Column {ordinal} is no number."),
        var value => (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture),
    };
}
