using System.Text;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>A host is lost, and another one is made from its backup with the commands of docs/backup.md.</summary>
[Collection(ServerRoots.SecondCollection)]
public sealed class RestoredServerTests
{
    [Fact]
    public void FreshHost_AnswersARetryOnce()
    {
        var request = RequestMail.FromSomebodyNew();
        using var backup = new TemporaryFolder();
        string key;
        using (var lost = InstalledServer.Restarted())
        {
            Write(lost.Root, "/root/request", request);
            Filter(lost.Root, "/root/request").Good();
            lost.Root.Run("responder backup /root/backup.tar.gz").Good();
            File.Copy(lost.Root.PathTo("/root/backup.tar.gz"), backup.PathTo("backup.tar.gz"));
            key = lost.DkimPublicKey;
        }

        using var root = new ServerRoot(ServerRoots.Debian);
        root.CopyIn(backup.PathTo("backup.tar.gz"), "/root/");
        var release = root.Unpack();

        var commands = CommandsOfTheDocs()
            .Replace("install.sh …", "install.sh --domain example.com", StringComparison.Ordinal);
        root.Run($"cd {release}\n{commands}").Good();

        Assert.Contains("0 fault(s)", root.Run("responder config check").Good().Output, StringComparison.Ordinal);
        Assert.Contains(key[..40], root.Run("responder dkim record").Good().Output, StringComparison.Ordinal);
        Assert.All(root.Run("stat -c '%a %U:%G' /etc/mail_responder/*").Good().Output.Trim().Split('\n'),
            line => Assert.Equal("640 root:mail_responder", line));
        var state = root.Run("stat -c '%a %U:%G' /var/lib/mail_responder").Good().Output;
        Assert.Equal("750 mail_responder:mail_responder\n", state);
        // Postfix delivers again what it was not told is done: no reply is sent, and no quota is charged.
        Write(root, "/root/request", request);
        Filter(root, "/root/request").Good();
        Assert.Contains("replied", root.Run("cat /root/log").Output, StringComparison.Ordinal);
        Assert.Contains("1 of 3 used", Check(root, request), StringComparison.Ordinal);
        Write(root, "/root/another", request.Again());
        Filter(root, "/root/another").Good();
        Assert.Contains("2 of 3 used", Check(root, request), StringComparison.Ordinal);
        Patience.Until("an empty queue", () => root.Run("mailq").Output.Contains("is empty", StringComparison.Ordinal));
        Assert.Single(root.Outside.MailFilesTo(request.From));
    }

    /// <summary>Returns the page's commands that make a host. The page uses the same names as this test.</summary>
    private static string CommandsOfTheDocs()
    {
        var page = File.ReadAllText(Repository.PathTo("docs", "backup.md"));
        return page.Split("## On a fresh host\n")[1].Split("```sh\n")[1].Split("```")[0];
    }

    private static void Write(ServerRoot root, string path, RequestMail request) =>
        root.Write(path, Encoding.UTF8.GetString(request.ToBytes()));

    /// <summary>
    /// Runs the filter as the transport of master.cf does, with its log in a file that the test can read.
    /// </summary>
    private static HostRun Filter(ServerRoot root, string file) => root.Run(
        "setpriv --reuid=mail_responder --regid=mail_responder --init-groups "
        + $"responder --recipient get@example.com --log-to stderr <{file} 2>/root/log");

    private static string Check(ServerRoot root, RequestMail request) =>
        root.Run($"echo {request.From} | responder blacklist check -").Good().Output;
}
