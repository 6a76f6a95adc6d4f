using System.Diagnostics;
using System.Globalization;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// A private Postfix next to the machine's own: configuration, queue, log and ports are private, and outgoing mail ends
/// in a <see cref="MailSink"/>. The lines under test are those of the samples in postfix/, set with postconf(1) as
/// install.sh sets them.
/// </summary>
internal sealed class PrivatePostfix : IDisposable
{
    private static readonly string[] Tables =
    [
        "command_filter", "header_checks", "sender_access", "helo_access", "mailbox_transport", "tls_policy", "aliases",
    ];

    private static readonly string[] Queues = ["maildrop", "incoming", "active", "deferred", "hold", "corrupt"];

    private readonly string _folder = Directory.CreateTempSubdirectory("responder-postfix-").FullName;

    /// <param name="place">The responder's workplace; from now on it belongs to the user mail_responder.</param>
    /// <param name="mainSample">The sample in postfix/ whose lines are tested, in addition to those of main.cf.</param>
    /// <param name="overrides">
    /// More lines of main.cf, which take precedence: one parameter per line, or SERVICE/TYPE/PARAMETER for an option in
    /// master.cf.
    /// </param>
    /// <param name="transports">More services of master.cf.</param>
    /// <param name="unit">
    /// The lines of the service that starts it; their folders are those of an installed Postfix.
    /// </param>
    public PrivatePostfix(Workplace place, string mainSample, string overrides = "", string transports = "",
        Confinement? unit = null)
    {
        Place = place;
        Port = Loopback.FreePort();
        UnfilteredPort = Loopback.FreePort();
        OutsidePort = Loopback.FreePort();
        // Postfix and mail_responder pass through the folder; nobody may list it.
        SetMode(_folder, "0711");
        foreach (var name in (string[])["etc", "queue", "data", "log", "mail", "sink"]) Directory.CreateDirectory(
            PathTo(name));
        SetMode(PathTo("mail"), "1777");
        Run("chown", "postfix", PathTo("data"), PathTo("sink"));
        Binary = PathTo("responder");
        Executable.Copy(ResponderProcess.Binary, Binary);
        place.GiveTo("mail_responder");
        // The first server to start. Before this, nothing needs to be stopped if something is missing.
        Sink = new MailSink(PathTo("sink"), "postfix");

        File.WriteAllText(PathTo("etc/main.cf"), "");
        File.WriteAllText(PathTo("etc/master.cf"), MasterBase() + Sample("master.cf") + Located(transports) + "\n");
        foreach (var name in (string[])["main.cf", mainSample]) SetParameters(Parameters(name));
        SetParameters(MainBase());
        SetParameters(Located(overrides));
        foreach (var table in Tables) File.WriteAllText(PathTo($"etc/{table}"), Sample(table));
        File.WriteAllText(PathTo("forward"), Sample("forward"));
        Run("postalias", "-c", PathTo("etc"), $"hash:{PathTo("etc/aliases")}");
        Run("sh", "-c",
            $"{(unit is null ? "" : Here(unit).Start)} /usr/sbin/postfix -c '{PathTo("etc")}' start "
            + $">'{PathTo("start.log")}' 2>&1 </dev/null");
        Patience.Until("Postfix listens", () => Loopback.Listens(Port) && Loopback.Listens(UnfilteredPort), () =>
            File.ReadAllText(PathTo("start.log")));
    }

    public Workplace Place { get; }

    public MailSink Sink { get; }

    /// <summary>The program under test, at a path that an unprivileged user can reach.</summary>
    public string Binary { get; }

    /// <summary>The port for mail from this host.</summary>
    public int Port { get; }

    /// <summary>The port where mail is accepted without the command filter, as from the host itself.</summary>
    public int UnfilteredPort { get; }

    /// <summary>
    /// The port for mail from the internet. A client states its address in the PROXY protocol
    /// (<see cref="SmtpDialogue"/>).
    /// </summary>
    public int OutsidePort { get; }

    /// <summary>
    /// Sets the resolver of the servers that face the internet. They run in a chroot with a resolv.conf of its own.
    /// </summary>
    public void Resolve(string nameserver)
    {
        Directory.CreateDirectory(PathTo("queue/etc"));
        File.WriteAllText(PathTo("queue/etc/resolv.conf"), $"nameserver {nameserver}\noptions timeout:1 attempts:2\n");
    }

    public string MailLog => File.Exists(PathTo("log/maillog")) ? File.ReadAllText(PathTo("log/maillog")) : "";

    /// <summary>The number of deferrals so far.</summary>
    public int Deferrals => MailLog.Split("status=deferred").Length - 1;

    /// <summary>
    /// The process that starts all others. Its id is read with cat, because the process keeps the file locked, and .NET
    /// does not open a file that it cannot lock.
    /// </summary>
    public int Master => int.Parse(Run("cat", PidFile), CultureInfo.InvariantCulture);

    private string PidFile => PathTo("queue/pid/master.pid");

    public string PathTo(string name) => Path.Combine(_folder, name);

    /// <summary>Submits a mail by SMTP. Returns when Postfix has accepted it into its queue.</summary>
    public void Accept(RequestMail mail, string recipient = "get@example.com", string? sender = null, int? port = null)
    {
        var start = new ProcessStartInfo("swaks",
        [
            "--server", "127.0.0.1", "--port", $"{port ?? Port}", "--helo", "client.freemail.test",
            "--from", sender ?? mail.From, "--to", recipient, "--data", "-",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var swaks = Process.Start(start)!;
        swaks.StandardInput.BaseStream.Write(mail.ToBytes());
        swaks.StandardInput.Close();
        var dialogue = swaks.StandardOutput.ReadToEnd();
        swaks.WaitForExit();
        Assert.True(swaks.ExitCode == 0, dialogue);
    }

    public bool QueueIsEmpty => !QueueFiles().Any();

    /// <summary>Makes Postfix try every deferred message now.</summary>
    public void FlushQueue() => Run("postqueue", "-c", PathTo("etc"), "-f");

    /// <summary>Adds an alias to those of the sample.</summary>
    public void Alias(string name, string target)
    {
        File.AppendAllText(PathTo("etc/aliases"), $"{name}: {target}\n");
        Run("postalias", "-c", PathTo("etc"), $"hash:{PathTo("etc/aliases")}");
    }

    /// <summary>Makes every server read its configuration and tables again when it next starts.</summary>
    public void Reload() => Run("sh", "-c", $"postfix -c '{PathTo("etc")}' reload 2>&1 </dev/null");

    /// <summary>Waits until every message, and every message that resulted from it, has left the queue.</summary>
    public void WaitUntilQueueIsEmpty() => WaitFor("an empty queue", () => QueueIsEmpty);

    /// <summary>Waits until the log holds the given number of deferrals.</summary>
    public void WaitUntilDeferred(int times) => WaitFor("a deferred message", () => Deferrals >= times);

    /// <summary>
    /// Fails if anything was ever returned to a sender: a notice in the log, or mail from the null sender.
    /// </summary>
    public void AssertNothingWasReturned()
    {
        Assert.DoesNotContain("notification: ", MailLog, StringComparison.Ordinal);
        Assert.DoesNotContain(Sink.Mails, mail => mail.Contains("X-Mail-Args: <>", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        StopMaster();
        Sink.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}");
        return output;
    }

    private static void SetMode(string path, string octal) =>
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));

    private string Sample(string name) => Located(File.ReadAllText(Repository.PathTo("postfix", name)));

    /// <summary>Returns the lines of a main.cf sample as postconf(1) reads them, one parameter per line.</summary>
    private string Parameters(string sample)
    {
        var alone = Directory.CreateDirectory(PathTo($"read-{sample}")).FullName;
        File.Copy(Repository.PathTo("postfix", sample), Path.Combine(alone, "main.cf"), overwrite: true);
        File.Copy(Repository.PathTo("postfix/master.cf"), Path.Combine(alone, "master.cf"), overwrite: true);
        // A sample that supplements main.cf uses parameters it does not define.
        var lines = Run("sh", "-c", $"postconf -n -c '{alone}' 2>/dev/null").Split('\n');
        return Located(string.Join('\n',
            lines.Where(line => !line.StartsWith("config_directory =", StringComparison.Ordinal))));
    }

    private void SetParameters(string lines)
    {
        string[] parameters = [.. lines.Split('\n').Select(line => line.Trim())
            .Where(line => line.Contains('=', StringComparison.Ordinal))];
        foreach (var kind in parameters.GroupBy(line => line.Split('=')[0].Contains('/') ? "-P" : "-e"))
            Run("postconf", ["-c", PathTo("etc"), kind.Key, .. kind]);
    }

    /// <summary>Returns the text with the paths of an installed responder replaced by ours.</summary>
    private string Located(string text) => text
        .Replace("/usr/local/bin/responder", $"{Binary} --settings {Place.SettingsFile}", StringComparison.Ordinal)
        .Replace("/etc/postfix/", PathTo("etc/"), StringComparison.Ordinal)
        .Replace("hash:/etc/aliases", $"hash:{PathTo("etc/aliases")}", StringComparison.Ordinal)
        .Replace("/var/lib/mail_responder/", $"{Place.Folder}/", StringComparison.Ordinal)
        // The tests may not listen on the sample's port.
        .Replace("\nsmtp      inet", $"\n127.0.0.1:{Port} inet", StringComparison.Ordinal);

    /// <summary>Returns the unit with our folders in place of an installed Postfix's.</summary>
    private Confinement Here(Confinement unit) => unit
        .Moved("/var/spool/postfix", PathTo("queue")).Moved("/var/lib/postfix", PathTo("data"))
        .Moved("/var/log", PathTo("log")).Moved("/var/mail", PathTo("mail"))
        .Moved("/var/lib/mail_responder", Place.Folder)
        .With($"BindReadOnlyPaths={PathTo("etc/main.cf")}:/etc/postfix/main.cf");

    private string MainBase() => $"""

        compatibility_level = 3.6
        queue_directory = {PathTo("queue")}
        data_directory = {PathTo("data")}
        maillog_file = {PathTo("log/maillog")}
        maillog_file_prefixes = {_folder}
        alternate_config_directories = {PathTo("etc")}
        mail_spool_directory = {PathTo("mail")}
        forward_path = {PathTo("forward")}
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mx.responder.test
        smtp_dns_support_level = disabled
        smtpd_peername_lookup = no
        relayhost = [127.0.0.1]:{Sink.Port}

        """;

    private string MasterBase() => $"""
        127.0.0.1:{UnfilteredPort} inet n - n - - smtpd -o smtpd_command_filter=
        127.0.0.1:{OutsidePort} inet n - y - 1 postscreen
          -o postscreen_upstream_proxy_protocol=haproxy -o postscreen_greet_wait=1s
          -o postscreen_cache_map=btree:{PathTo("data/outside")}
        pickup unix n - n 1 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        showq unix n - n - - showq
        tlsmgr unix - - n 1000? 1 tlsmgr
        error unix - - n - - error
        retry unix - - n - - error
        local unix - n n - - local
        anvil unix - - n - 1 anvil
        postlog unix-dgram n - n - 1 postlogd

        """;

    private IEnumerable<string> QueueFiles() =>
        Queues
            .Select(name => PathTo($"queue/{name}"))
            .Where(Directory.Exists)
            .SelectMany(name => Directory.EnumerateFiles(name, "*", SearchOption.AllDirectories));

    /// <summary>
    /// Waits, and runs the queue once a second meanwhile, as the queue manager does every few minutes.
    /// </summary>
    private void WaitFor(string what, Func<bool> isSo)
    {
        var sinceQueueRun = Stopwatch.StartNew();
        Patience.Until(
            what,
            () =>
            {
                if (isSo()) return true;
                if (sinceQueueRun.Elapsed > TimeSpan.FromSeconds(1))
                {
                    FlushQueue();
                    sinceQueueRun.Restart();
                }
                return false;
            },
            () => MailLog);
    }

    private void StopMaster()
    {
        if (!File.Exists(PidFile)) return;
        var master = Master;
        Run("kill", "-TERM", $"{master}");
        Patience.UntilEnded("Postfix", master);
    }
}
