using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Host;

/// <summary>
/// A real rsyslogd of the test: a socket and log files in a private folder, the rules of rsyslog/ under test, and after
/// them one rule for "the rest of the host".
/// </summary>
internal sealed class PrivateRsyslogd : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Process _process;

    /// <param name="directives">Additional lines of rsyslog.conf, before the rules.</param>
    /// <param name="mount">
    /// Shell text that may mount something on $1, the folder of the logs, for rsyslogd alone.
    /// </param>
    public PrivateRsyslogd(string directives = "", string mount = ":")
    {
        Directory.CreateDirectory(PathTo("spool"));
        Directory.CreateDirectory(PathTo("logs"));
        // Like /run, the folder is accessible to any user that rsyslogd runs as.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED); // 0755
        _folder.Write("rules.conf", Rules("20-mail_responder.conf"));
        var configuration = _folder.Write("rsyslog.conf", $"""
            global(workDirectory="{PathTo("spool")}")
            module(load="imuxsock" SysSock.Use="off")
            {directives}
            $AddUnixListenSocket {Socket}
            $IncludeConfig {PathTo("rules.conf")}
            *.* {PathTo("logs/syslog")}

            """);
        var start = new ProcessStartInfo("unshare",
        [
            "--mount", "--kill-child", "--fork", "sh", "-c", mount + "\nshift; exec \"$@\" 2>\"$0\"", PathTo("errors"),
            PathTo("logs"),
            "rsyslogd", "-n", "-f", configuration, "-i", PathTo("pid"),
        ]);
        _process = Process.Start(start)!;
        Patience.Until("rsyslogd listens", () => Send("<46>probe: is somebody there"), () => Errors);
    }

    /// <summary>The socket that receives lines.</summary>
    public string Socket => PathTo("socket");

    public string PidFile => PathTo("pid");

    public string Errors => File.Exists(PathTo("errors")) ? File.ReadAllText(PathTo("errors")) : "";

    public IReadOnlyList<string> Reports => Lines("mail_responder.log");

    public IReadOnlyList<string> Events => Lines("mail_responder-events.log");

    public IReadOnlyList<string> MailLog => Lines("mail.log");

    /// <summary>
    /// The lines that reached the rules of the rest of the host, without the line that tested whether rsyslogd runs.
    /// </summary>
    public IReadOnlyList<string> Syslog =>
        [.. Lines("syslog").Where(line => !line.Contains("probe: ", StringComparison.Ordinal))];

    /// <summary>
    /// Returns the path of a log file as seen from here: below /proc, because a mount may exist for rsyslogd alone.
    /// </summary>
    public string Log(string name) => $"/proc/{File.ReadAllText(PidFile).Trim()}/root{PathTo("logs")}/{name}";

    public string PathTo(string name) => _folder.PathTo(name);

    /// <summary>Sends a line like syslog(3), and waits for room. False if no daemon listens.</summary>
    public bool Send(string line)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(line), new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends a line as Logs/SyslogSocket.cs writes it, from the process <paramref name="id"/>.</summary>
    public void Report(int id, string line) => Assert.True(Send($"<134>Nov 22 10:00:00 mail_responder[{id}]: {line}"));

    /// <summary>Waits until all lines sent are in the files. Lines are processed in the order of arrival.</summary>
    public void WaitForLine(string name, string end) =>
        Patience.Until($"a line in {name} that ends in \"{end}\"", () =>
            Lines(name).Any(line => line.EndsWith(end, StringComparison.Ordinal)), () => Errors);

    public void Dispose()
    {
        if (File.Exists(PidFile)) ToolRun.Of("kill", File.ReadAllText(PidFile).Trim());
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20))) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _socket.Dispose();
        _folder.Dispose();
    }

    private string Rules(string name) =>
        File.ReadAllText(Repository.PathTo("rsyslog", name))
            .Replace("/var/log/", PathTo("logs/"), StringComparison.Ordinal);

    private string[] Lines(string name)
    {
        try
        {
            return File.ReadAllLines(Log(name));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
