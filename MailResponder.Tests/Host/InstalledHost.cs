using MailResponder.Tests.Install;

namespace MailResponder.Tests.Host;

/// <summary>A Debian server with install.sh's files and running services, for tests that need a whole host.</summary>
public sealed class InstalledHost : IDisposable
{
    private readonly InstalledServer _server = InstalledServer.Restarted();

    public InstalledHost()
    {
        try
        {
            Root.StartServices();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The address to which the user forwarder forwards people's mail.</summary>
    public static string Support => InstalledServer.Support;

    internal ServerRoot Root => _server.Root;

    /// <summary>The folder of the unpacked release.</summary>
    internal string Release => _server.ReleaseFile("");

    internal void WaitUntilQueueIsEmpty() => Patience.Until("an empty queue",
        () => Root.Run("postqueue -p").Output.Contains("is empty", StringComparison.Ordinal),
        () => Root.Log("mail.log"));

    public void Dispose() => _server.Dispose();
}
