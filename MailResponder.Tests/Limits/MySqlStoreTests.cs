using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Tests.Limits;

/// <summary>The contract on MariaDB.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlStoreTests : StoreContract
{
    readonly PrivateMariaDb server;
    readonly MySqlSettings settings;

    public MySqlStoreTests(PrivateMariaDb server)
    {
        this.server = server;
        settings = server.NewDatabase();
    }

    internal override Store OpenAnother() => OpenWith(Key);

    internal override Store OpenWith(AddressKey key) =>
        Store.Open(new DatabaseSettings(null, settings), key, TimeSpan.FromSeconds(60), Clock);

    protected override long RowsInQuota() =>
        long.Parse(server.AsAdministrator($"SELECT COUNT(*) FROM {settings.Database}.quota")[0], null);

    // Another connection is as good as another process.
    internal override IDisposable? InAnotherProcess(Store other, byte[] message) => other.EnterMessage(message);

    protected override void CleanUp() => server.AsAdministrator($"DROP DATABASE {settings.Database}");
}
