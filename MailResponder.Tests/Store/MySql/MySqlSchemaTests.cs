using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

/// <summary>Tables are completed if their creation was interrupted, or if several hosts create them at once.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlSchemaTests : IDisposable
{
    private const string Meta =
        "CREATE TABLE meta (name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, value "
        + "BIGINT NOT NULL);";
    private const string Quota =
        "CREATE TABLE quota (epoch BIGINT NOT NULL, requester VARBINARY(32) NOT NULL, used BIGINT NOT NULL, PRIMARY "
        + "KEY (epoch, requester));";
    private const string Volume =
        "CREATE TABLE volume (number BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL, generation BIGINT NOT "
        + "NULL);";

    private readonly PrivateMariaDb _server;
    private readonly MySqlSettings _settings;
    private readonly StoreKey _key = new();

    public MySqlSchemaTests(PrivateMariaDb server)
    {
        _server = server;
        _settings = server.NewDatabase();
    }

    [Theory]
    [InlineData(Meta)]
    [InlineData(Meta + Quota)]
    [InlineData(Meta + Quota + Volume)]
    [InlineData(Meta + Quota + Volume + "INSERT INTO meta VALUES ('epoch', 1); INSERT INTO volume VALUES (1, 0, 1)")]
    public void TablesThatWereCutOffHalfWay_AreCompleted(string planted)
    {
        Plant(planted);

        using var store = Open();

        Assert.Equal(ClaimResult.Granted, store.Claim(StoreKey.NewMessage(), _key.Somebody(), 1).Result);
    }

    [Fact]
    public void Report_NamesTheServerAndWhenTheTablesWereCreated()
    {
        Open().Dispose();

        var report = DatabaseReport.Of(new DatabaseSettings(null, _settings));

        Assert.Matches(@"^MariaDB 1\d\.\d+\.\d+$", report.Kind);
        Assert.InRange(DateTimeOffset.UtcNow - report.CreatedAt!.Value, TimeSpan.FromMinutes(-1),
            TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task ManyAtOnce_MakeTheTablesOnce()
    {
        var opening = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var store = Open();
            return store.Claim(StoreKey.NewMessage(), _key.Somebody(), 1).Result;
        })).ToArray();

        Assert.All(await Task.WhenAll(opening), result => Assert.Equal(ClaimResult.Granted, result));
    }

    [Fact]
    public void DatabaseOfAnotherResponder_IsLeftAlone()
    {
        Open().Dispose();
        Plant("UPDATE meta SET value = 99 WHERE name = 'schema'");

        var failure = Assert.Throws<ResponderException>(Open);

        Assert.Equal(Cause.Database, failure.Cause);
        Assert.Contains("made by another responder version (schema 99, this one needs 1)", failure.Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _key.Dispose();

    private RequesterStore Open() => RequesterStore.Open(
        new DatabaseSettings(null, _settings), _key.Key, TimeSpan.FromSeconds(60), TimeProvider.System);

    private void Plant(string statements)
    {
        using var connection = _server.Administrator();
        connection.ChangeDatabase(_settings.Database);
        foreach (var statement in statements.Split(
            ';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            using var command = new MySqlConnector.MySqlCommand(statement, connection);
            command.ExecuteNonQuery();
        }
    }
}
