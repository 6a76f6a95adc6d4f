using System.Diagnostics;

namespace MailResponder.Tests.Postfix;

/// <summary>opendkim and opendmarc as configured in system/, on ports of their own.</summary>
internal sealed class Milters : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _processes = [];

    public Milters(string nameserver)
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1FF); // 0777: each runs as a different user
        _folder.Write("resolv.conf", $"nameserver {nameserver}\n");
        Start("opendkim", 8891, DkimPort, "-x", $"Nameservers {nameserver}\nDNSTimeout 2\n");
        Start("opendmarc", 8893, DmarcPort, "-c", "");
    }

    public int DkimPort { get; } = Loopback.FreePort();

    public int DmarcPort { get; } = Loopback.FreePort();

    /// <summary>The sample's lines, as overrides for <see cref="PrivatePostfix"/>.</summary>
    public string Parameters =>
        string.Join('\n', File.ReadLines(Repository.PathTo("postfix/milters.cf"))
            .Where(line => line.Contains(" =", StringComparison.Ordinal) && line[0] != '#'))
            .Replace("8891", $"{DkimPort}", StringComparison.Ordinal)
            .Replace("8893", $"{DmarcPort}", StringComparison.Ordinal);

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Dispose();
    }

    /// <remarks>Runs in a mount namespace, because opendmarc uses the resolvers of /etc/resolv.conf.</remarks>
    private void Start(string name, int samplePort, int port, string option, string more)
    {
        var configuration = _folder.Write($"{name}.conf", File.ReadAllText(Repository.PathTo($"system/{name}.conf"))
            .Replace($"{samplePort}@", $"{port}@", StringComparison.Ordinal)
            .Replace($"/run/{name}/", $"{_folder.Path}/", StringComparison.Ordinal) + more);
        _processes.Add(Process.Start("unshare",
        [
            "--mount", "sh", "-c", "mount --bind \"$1\" /etc/resolv.conf; shift; exec \"$@\"", "sh",
            _folder.PathTo("resolv.conf"), name, "-f", option, configuration,
        ]));
        Patience.Until($"{name} listens", () =>
        {
            Assert.False(_processes[^1].HasExited, $"{name} ended");
            return Loopback.Listens(port);
        });
    }
}
