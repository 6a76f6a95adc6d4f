using System.Data;
using System.Security.Cryptography;
using Dapper;
using MailResponder.Store;
using MailResponder.Store.MySql;
using MySqlConnector;

namespace MailResponder.Tests.Store;

/// <summary>Values are sent to the server and read back unchanged.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlTypesTests : IDisposable
{
    private readonly MySqlConnection _connection;

    public MySqlTypesTests(PrivateMariaDb server)
    {
        _connection = new MySqlServer(server.NewDatabase()).Connect(TimeSpan.FromSeconds(20));
        Run("""
            CREATE TABLE t (big BIGINT, ubig BIGINT UNSIGNED, word INT, small SMALLINT, tiny TINYINT, flag TINYINT(1),
                real8 DOUBLE, exact DECIMAL(30,10), name VARCHAR(300), note LONGTEXT, bytes VARBINARY(300),
                blob_ LONGBLOB, moment DATETIME(6), span TIME(6), bits BIT(9))
            """);
    }

    public static TheoryData<string, object> Values => new()
    {
        { "big", long.MinValue },
        { "big", long.MaxValue },
        { "big", 0L },
        { "ubig", ulong.MaxValue },
        { "word", int.MinValue },
        { "small", short.MaxValue },
        { "tiny", (sbyte)-128 },
        { "flag", true },
        { "real8", 1.0 / 3 },
        { "exact", 12345678901234567890.0123456789m },
        { "name", "" },
        { "name", "it's \"quoted\" \\ back, `tick`; ? @p -- # %" },
        { "name", "پیوند 工具 🧅🇨🇳" },
        { "bytes", Array.Empty<byte>() },
        { "bytes", new byte[] { 0, 1, 0x27, 0x5c, 0xff } },
        { "moment", new DateTime(2026, 2, 28, 23, 59, 59, 123).AddTicks(4560) },
        { "span", new TimeSpan(3, 4, 5, 6, 789) },
        { "span", -TimeSpan.FromMinutes(61) },
        { "bits", 0x155UL },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Value_ComesBackAsItWas(string column, object value)
    {
        Run($"INSERT INTO t ({column}) VALUES (@value)", value);

        Assert.Equal(value, Ask($"SELECT {column} FROM t"));
        Assert.Equal(1L, Ask($"SELECT COUNT(*) FROM t WHERE {column} <=> @value", value));
    }

    [Fact]
    public void Null_ComesBackFromEveryColumn()
    {
        Run("INSERT INTO t (big, name, bytes, moment) VALUES (@value, @value, @value, @value)", null);

        using var reader = Reader("SELECT * FROM t");
        Assert.True(reader.Read());
        Assert.All(Enumerable.Range(0, reader.FieldCount), i => Assert.True(reader.IsDBNull(i)));
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData(1_048_576)]
    [InlineData(70_000)]
    public void LargeBlob_ComesBackAsItWas(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        Run("INSERT INTO t (blob_, big) VALUES (@value, 1)", bytes);
        Run("INSERT INTO t (blob_, big) VALUES (@value, 2)", new byte[3]);

        using var reader = Reader("SELECT blob_, OCTET_LENGTH(blob_) FROM t ORDER BY big");
        Assert.True(reader.Read());
        Assert.Equal(bytes, reader.GetValue(0));
        Assert.Equal(size, reader.GetInt64(1));
        Assert.True(reader.Read());
        Assert.Equal(new byte[3], reader.GetValue(0));
    }

    [Fact]
    public void LongText_KeepsItsFourByteCharacters()
    {
        var text = string.Concat(Enumerable.Repeat("🧅", 100_000));
        Run("INSERT INTO t (note) VALUES (@value)", text);

        Assert.Equal(text, Ask("SELECT note FROM t"));
        Assert.Equal(100_000L, Convert.ToInt64(Ask("SELECT CHAR_LENGTH(note) FROM t"), null));
    }

    [Fact]
    public void NameInQuotesOrComments_IsNoParameter()
    {
        using var command = new MySqlCommand(
            "SELECT '@value', \"@value\", @value /* @value */, @VALUE -- @value\n, `@value` FROM (SELECT 5 AS "
            + "`@value`) x # @value", _connection);
        command.Parameters.AddWithValue("value", 7);
        using var reader = command.ExecuteReader();

        Assert.True(reader.Read());
        Assert.Equal(["@value", "@value", 7L, 7L, 5L],
            Enumerable.Range(0, 5).Select(i => i < 2 ? reader.GetValue(i) : (object)reader.GetInt64(i)));
    }

    [Fact]
    public void Update_CountsTheRowsThatItFound()
    {
        Run("INSERT INTO t (big) VALUES (1), (1), (2)");

        Assert.Equal(2, Run("UPDATE t SET big = 1 WHERE big = 1"));
        Assert.Equal(3, Run("DELETE FROM t"));
    }

    [Fact]
    public void FailedStatement_LeavesTheConnectionUsable()
    {
        var failure = Assert.Throws<MySqlException>(() => Run("SELECT nothing FROM nowhere"));

        Assert.Equal(1146, failure.Number);
        Assert.Equal("42S02", failure.SqlState);
        Assert.False(failure.IsTransient);
        Assert.Equal(1L, Convert.ToInt64(Ask("SELECT 1"), null));
        Assert.Equal(1064, Assert.Throws<MySqlException>(() => Run("SELEC 1")).Number);
        Assert.Equal(ConnectionState.Open, _connection.State);
    }

    [Fact]
    public void TransactionThatIsNotCommitted_IsRolledBack()
    {
        using (var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted))
            _connection.Execute("INSERT INTO t (big) VALUES (1)", transaction: transaction);
        using (var transaction = _connection.BeginTransaction())
        {
            _connection.Execute("INSERT INTO t (big) VALUES (2)", transaction: transaction);
            transaction.Commit();
        }

        Assert.Equal(2L, Ask("SELECT SUM(big) DIV 1 FROM t"));
    }

    [Fact]
    public void CommandOutsideTheOpenTransaction_IsRefused()
    {
        using var transaction = _connection.BeginTransaction();

        Assert.Throws<InvalidOperationException>(() => Run("SELECT 1"));
    }

    public void Dispose() => _connection.Dispose();

    private int Run(string sql)
    {
        using var command = new MySqlCommand(sql, _connection);
        return command.ExecuteNonQuery();
    }

    private int Run(string sql, object? value)
    {
        using var command = new MySqlCommand(sql, _connection);
        command.Parameters.AddWithValue("@value", value);
        return command.ExecuteNonQuery();
    }

    private object? Ask(string sql, object? value = null)
    {
        using var command = new MySqlCommand(sql, _connection);
        command.Parameters.AddWithValue("@value", value);
        return command.ExecuteScalar();
    }

    private MySqlDataReader Reader(string sql)
    {
        using var command = new MySqlCommand(sql, _connection);
        return command.ExecuteReader();
    }
}
