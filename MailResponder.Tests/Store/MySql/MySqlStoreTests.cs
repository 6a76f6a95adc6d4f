using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.MySql;

namespace MailResponder.Tests.Store;

/// <summary>The contract on MariaDB.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlStoreTests : StoreContract
{
    private readonly PrivateMariaDb _server;
    private readonly MySqlSettings _settings;

    public MySqlStoreTests(PrivateMariaDb server)
    {
        _server = server;
        _settings = server.NewDatabase();
    }

    internal override RequesterStore OpenAnother() => OpenWith(Key);

    internal override RequesterStore OpenWith(AddressKey key) =>
        RequesterStore.Open(new DatabaseSettings(null, _settings), key, TimeSpan.FromSeconds(60), Clock);

    internal override IDatabase OpenDatabase(AddressKey key) =>
        MySqlDatabase.Open(_settings, key, TimeSpan.FromSeconds(60), Clock, answersMessage: false);

    protected override long Number(string sql) =>
        long.Parse(_server.AsAdministrator($"USE {_settings.Database}; {sql}")[0], null);

    protected override void Run(string sql) => _server.AsAdministrator($"USE {_settings.Database}; {sql}");

    /// <summary>
    /// A message reads the old window. Before it can charge it, the window ends and its rows are deleted. The message
    /// then inserts a row there, which does not mean that nothing was used.
    /// </summary>
    [Fact]
    public async Task WindowThatEndsUnderAMessage_IsNotChargedAfterItsEnd()
    {
        var somebody = Somebody();
        var store = Open();
        store.Claim(NewMessage(), somebody, 1);
        using var rival = _server.Administrator();
        rival.ChangeDatabase(_settings.Database);
        using var transaction = rival.BeginTransaction();
        using (var delete = new MySqlConnector.MySqlCommand(
            "DELETE FROM quota", rival, transaction)) delete.ExecuteNonQuery();
        var claim = Task.Run(() => store.Claim(NewMessage(), somebody, 1).Result);
        Patience.Until("the store waits for the rival", () => _server.AsAdministrator(
            $"SELECT COUNT(*) FROM information_schema.processlist WHERE user = '{_settings.User}' AND info LIKE "
            + $"'INSERT INTO quota%' AND time_ms > 100")[0] != "0");
        Run("UPDATE meta SET value = value + 1 WHERE name = 'epoch'");
        transaction.Commit();

        Assert.Equal(ClaimResult.Granted, await claim);
        Assert.Equal(1, store.Used(somebody));
    }

    // Another connection behaves like another process.
    internal override IDisposable? InAnotherProcess(RequesterStore other, MessageKey message) =>
        other.EnterMessage(message);

    protected override void CleanUp() => _server.AsAdministrator($"DROP DATABASE {_settings.Database}");
}
