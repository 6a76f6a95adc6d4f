using System.Diagnostics;
using System.Globalization;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Install;

/// <summary>
/// The internet as one server sees it: a network namespace at the other end of its cable, with a name server, a mail
/// server that accepts everything (smtp-sink(1) behind starttls.py), and people who write mail.
/// </summary>
internal sealed class OutsideWorld : IDisposable
{
    public const string Address = "192.0.2.2";

    private readonly TemporaryFolder _folder = new();
    private readonly string _certificate;
    private readonly Process _space;
    private readonly List<Process> _servers = [];
    private Process? _names;

    public OutsideWorld(int serverProcess)
    {
        _space = HostRun.Start("unshare", ["--net", "--", "sleep", "infinity"]);
        // The kernel moves the process into the namespace only after the process has started.
        Patience.Until("a network namespace", () => NamespaceOf(_space.Id) != NamespaceOf(Environment.ProcessId));
        Ip(_space.Id, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", Text(serverProcess));
        foreach (var (process, address) in new[] { (_space.Id, Address), (serverProcess, ServerRoot.Address) })
        {
            Ip(process, "addr", "add", $"{address}/24", "dev", "eth0");
            Ip(process, "link", "set", "eth0", "up");
            Ip(process, "link", "set", "lo", "up");
        }
        Directory.CreateDirectory(_folder.PathTo("sink"));
        HostRun.Of("chown", ["postfix", _folder.PathTo("sink")]).Good();
        HostRun.Of("chmod", ["711", _folder.Path]).Good();
        using var chain = new TlsChain("mx.freemail.test");
        _certificate = EncryptingServer.Pem(_folder, chain);
        StartMailServer(Address, "-d", _folder.PathTo("sink/%H%M%S."));
        AnswerNames();
    }

    /// <summary>
    /// The files of all mail that the server sent: the envelope in X-Mail-Args and X-Rcpt-Args, then the mail.
    /// </summary>
    public IReadOnlyList<string> MailFiles => Directory.GetFiles(_folder.PathTo("sink"));

    public IReadOnlyList<string> MailFilesTo(string recipient) =>
        [.. MailFiles.Where(file => File.ReadAllText(file)
            .Contains($"X-Rcpt-Args: <{recipient}>", StringComparison.OrdinalIgnoreCase))];

    /// <summary>
    /// Starts a mail server with STARTTLS and a certificate for no particular host. Returns the action that stops it.
    /// </summary>
    /// <param name="sinkOptions">Options of smtp-sink(1).</param>
    public Action StartMailServer(string address, params string[] sinkOptions)
    {
        List<Process> started =
        [
            Start("smtp-sink", ["-u", "postfix", .. sinkOptions, $"{address}:2525", "100"]),
            Start(Repository.PathTo("MailResponder.Tests", "Postfix", "Servers", "starttls.py"),
                $"{address}:25", $"{address}:2525", _certificate),
        ];
        _servers.AddRange(started);
        Patience.Until("the mail server outside", () => Listens(address, 2525) && Listens(address, 25));
        return () =>
        {
            foreach (var server in started.Where(_servers.Remove)) Stop(server);
        };
    }

    /// <summary>
    /// Restarts the name server. Without more lines it knows example.com's mail server, whose name and address point to
    /// each other; the requesters' freemail.test, whose SPF names this address; unproven.test, which has no SPF; and
    /// gmail.com, the sender's domain of the doctor's probe.
    /// </summary>
    /// <param name="lines">More lines of dnsmasq's configuration, such as <c>txt-record=name,text</c>.</param>
    public void AnswerNames(params string[] lines)
    {
        if (_names is not null) Stop(_names);
        string[] known =
        [
            $"listen-address={Address}", "bind-interfaces", "no-hosts", "no-resolv", "user=nobody",
            $"host-record={ServerRoot.HostName},{ServerRoot.Address}",
            $"host-record=mx.freemail.test,{Address}",
            $"host-record=client.freemail.test,{Address}",
            $"mx-host=example.com,{ServerRoot.HostName},10",
            "mx-host=freemail.test,mx.freemail.test,10",
            "mx-host=unproven.test,mx.freemail.test,10",
            "mx-host=gmail.com,mx.freemail.test,10",
            $"txt-record=freemail.test,v=spf1 ip4:{Address} -all",
            "local=/#/",
        ];
        var file = _folder.Write("dnsmasq.conf", string.Join('\n', [.. known, .. lines]) + "\n");
        _names = Start("dnsmasq", "--keep-in-foreground", $"--conf-file={file}", "--pid-file=", "--log-facility=-");
        Patience.Until("the name server", () => Listens(Address, 53));
    }

    /// <summary>
    /// Sends a mail to the server's port 25 as a stranger. Returns the dialogue and whether the mail was accepted.
    /// </summary>
    public HostRun Send(RequestMail mail, string recipient = "get@example.com", params string[] more) =>
        HostRun.Of("nsenter",
        [
            .. Enter, "swaks", "--server", ServerRoot.Address, "--helo", "client.freemail.test",
            "--from", mail.From, "--to", recipient, "--data", "-", .. more,
        ], mail.ToBytes());

    /// <summary>Runs a program of the host in this network.</summary>
    public HostRun Run(string program, params string[] arguments) =>
        HostRun.Of("nsenter", [.. Enter, program, .. arguments]);

    public void Dispose()
    {
        foreach (var server in _servers) Stop(server);
        if (_names is not null) Stop(_names);
        Stop(_space);
        _folder.Dispose();
    }

    private string[] Enter => ["--target", Text(_space.Id), "--net", "--"];

    private Process Start(string program, params string[] arguments)
    {
        var process = HostRun.Start("nsenter", [.. Enter, program, .. arguments]);
        // The output is read and discarded, so that the server never blocks on it.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private bool Listens(string address, int port) =>
        HostRun.Of("nsenter", [.. Enter, "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port}"]).ExitCode == 0;

    private static void Stop(Process process)
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static void Ip(int process, params string[] arguments) =>
        HostRun.Of("nsenter", ["--target", Text(process), "--net", "--", "ip", .. arguments]).Good();

    private static string? NamespaceOf(int process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
