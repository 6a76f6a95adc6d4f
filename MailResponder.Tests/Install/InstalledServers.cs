namespace MailResponder.Tests.Install;

/// <summary>
/// One server per release, shared by the tests of servers. Each is installed from the archive on a bare root when a
/// test first needs it.
/// </summary>
[CollectionDefinition(ServerRoots.Collection)]
public sealed class InstalledServers : ICollectionFixture<InstalledServers>, IDisposable
{
    public const string Options = "--domain example.com --domain example.org --support team@freemail.test";

    private readonly Dictionary<string, InstalledServer> _servers = [];

    internal InstalledServer Of(string suite)
    {
        if (!_servers.TryGetValue(suite, out var server)) _servers[suite] = server =
            InstalledServer.Restarted(suite, "bare", Options);
        return server;
    }

    public void Dispose()
    {
        foreach (var server in _servers.Values) server.Dispose();
    }
}
