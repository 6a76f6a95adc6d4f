namespace MailResponder.Tests.Install;

/// <summary>
/// One server a release, installed from the archive on a bare root when a test first asks for it; shared by the tests
/// of servers.
/// </summary>
[CollectionDefinition(ServerRoots.Collection)]
public sealed class InstalledServers : ICollectionFixture<InstalledServers>, IDisposable
{
    public const string Options = "--domain example.com --domain example.org --support team@freemail.test";

    readonly Dictionary<string, InstalledServer> servers = [];

    internal InstalledServer Of(string suite)
    {
        if (!servers.TryGetValue(suite, out var server)) servers[suite] = server =
            new InstalledServer(suite, "bare", Options);
        return server;
    }

    public void Dispose()
    {
        foreach (var server in servers.Values) server.Dispose();
    }
}
