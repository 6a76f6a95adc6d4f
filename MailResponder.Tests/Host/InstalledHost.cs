using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>A Debian server with install.sh's files and running services, for tests that need a whole host.</summary>
public sealed class InstalledHost : IDisposable
{
    public InstalledHost()
    {
        Root = new ServerRoot(ServerRoots.Debian);
        try
        {
            Root.Run("mkdir -p /root/release").Good();
            foreach (var part in (string[])["install.sh", "postfix", "rsyslog", "system", "samples"])
                Root.CopyIn(Repository.PathTo(part), "/root/release/" + part);
            Root.CopyIn(ResponderProcess.Binary, "/root/release/responder");
            Root.Run($"/root/release/install.sh --domain example.com --support {Support} --no-packages").Good();
            Root.StartServices();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The address to which the user forwarder forwards people's mail.</summary>
    public static string Support => "team@freemail.test";

    internal ServerRoot Root { get; }

    internal void WaitUntilQueueIsEmpty() => Patience.Until("an empty queue",
        () => Root.Run("postqueue -p").Output.Contains("is empty", StringComparison.Ordinal),
        () => Root.Log("mail.log"));

    public void Dispose() => Root.Dispose();
}
