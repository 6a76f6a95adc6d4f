using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Tests.Limits;

/// <summary>Tables of earlier versions, and tables that were cut off half-way, become those of today.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlSchemaTests : IDisposable
{
    const string Version1 =
        """
        CREATE TABLE meta (name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
        CREATE TABLE quota (requester VARBINARY(32) NOT NULL PRIMARY KEY, used BIGINT NOT NULL);
        CREATE TABLE listed (subject VARBINARY(32) NOT NULL PRIMARY KEY, verdict INT NOT NULL, listed_at BIGINT NOT NULL);
        CREATE TABLE ledger (message VARBINARY(32) NOT NULL PRIMARY KEY, claimed_at BIGINT NOT NULL, charged BIGINT NOT NULL,
            sent BIGINT NOT NULL, given_up BIGINT NOT NULL, KEY ledger_claimed_at (claimed_at));
        """;

    readonly PrivateMariaDb server;
    readonly MySqlSettings settings;
    readonly StoreKey key = new();

    public MySqlSchemaTests(PrivateMariaDb server)
    {
        this.server = server;
        settings = server.NewDatabase();
    }

    const string Version2 = Version1 +
        """
        ALTER TABLE quota ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
        INSERT INTO meta (name, value) VALUES ('epoch', 1), ('last_reset', 0);
        """;

    const string QuotaOfVersion3 = "ALTER TABLE quota DROP PRIMARY KEY, ADD PRIMARY KEY (epoch, requester);";
    const string VolumeOfVersion3 = "CREATE TABLE volume (number BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL); INSERT INTO volume VALUES (1, 0);";

    const string LedgerOfVersion3 =
        "ALTER TABLE ledger ADD COLUMN volume BIGINT NOT NULL DEFAULT 1 FIRST, DROP PRIMARY KEY, ADD PRIMARY KEY (volume, message), "
        + "DROP KEY ledger_claimed_at, DROP COLUMN claimed_at;";

    const string Version3 = Version2 + QuotaOfVersion3 + VolumeOfVersion3 + LedgerOfVersion3;
    const string VolumeOfVersion4 = "ALTER TABLE volume ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;";

    const string CounterOfVersion4 =
        "CREATE TABLE counter (day BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, in_day BIGINT NOT NULL, "
        + "minute BIGINT NOT NULL, in_minute BIGINT NOT NULL, PRIMARY KEY (day, subject));";

    [Theory]
    [InlineData(Version1, 1)]
    [InlineData(Version2, 2)]
    [InlineData(Version3, 3)]
    public void DatabaseOfAnEarlierVersion_KeepsQuotasListsAndLedger(string tables, int version)
    {
        var (charged, message) = (key.Somebody(), StoreKey.NewMessage());
        Plant(tables + $"""
            INSERT INTO meta VALUES ('schema', {version}), ('address_key', {System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(key.Key.Fingerprint)});
            INSERT INTO quota (requester, used) VALUES (x'{Convert.ToHexString(charged.Address)}', 2);
            INSERT INTO listed VALUES (x'{Convert.ToHexString(key.Key.Domain("blocked.example"))}', 1, 1700000000);
            INSERT INTO ledger ({(version < 3 ? "claimed_at" : "volume")}, message, charged, sent, given_up) VALUES (1, x'{Convert.ToHexString(message.Value)}', 1, 1, 0)
            """);

        using var store = Open();

        Assert.Equal(2, store.Used(charged));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(key.Key.Requester("a@blocked.example")!));
        Assert.Equal(new Claim(ClaimResult.Retry, Sent: 1), store.Claim(message, charged, 3));
        store.Refund(message, charged);
        Assert.Equal(1, store.Used(charged));
        Assert.Equal((1L, 0L, false), store.Reset(DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData("CREATE TABLE meta (name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, value BIGINT NOT NULL)")]
    [InlineData(Version1)]
    [InlineData(Version1 + "ALTER TABLE quota ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1")]
    [InlineData(Version2 + QuotaOfVersion3)]
    [InlineData(Version2 + QuotaOfVersion3 + VolumeOfVersion3)]
    [InlineData(Version3)]
    [InlineData(Version3 + VolumeOfVersion4)]
    [InlineData(Version3 + VolumeOfVersion4 + CounterOfVersion4)]
    public void TablesThatWereCutOffHalfWay_AreCompleted(string planted)
    {
        Plant(planted);

        using var store = Open();

        Assert.Equal(ClaimResult.Granted, store.Claim(StoreKey.NewMessage(), key.Somebody(), 1).Result);
    }

    [Fact]
    public async Task ManyAtOnce_MakeTheTablesOnce()
    {
        var opening = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var store = Open();
            return store.Claim(StoreKey.NewMessage(), key.Somebody(), 1).Result;
        })).ToArray();

        Assert.All(await Task.WhenAll(opening), result => Assert.Equal(ClaimResult.Granted, result));
    }

    [Fact]
    public void DatabaseOfANewerResponder_IsLeftAlone()
    {
        Open().Dispose();
        Plant("UPDATE meta SET value = 99 WHERE name = 'schema'");

        var failure = Assert.Throws<ResponderException>(Open);

        Assert.Equal(Cause.Database, failure.Cause);
        Assert.Contains("made by a newer responder (schema 99, this one knows 4)", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => key.Dispose();

    Store Open() => Store.Open(new DatabaseSettings(null, settings), key.Key, TimeSpan.FromSeconds(60), TimeProvider.System);

    void Plant(string statements)
    {
        using var connection = server.Administrator();
        connection.ChangeDatabase(settings.Database);
        foreach (var statement in statements.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            using var command = new MySqlConnector.MySqlCommand(statement, connection);
            command.ExecuteNonQuery();
        }
    }
}
