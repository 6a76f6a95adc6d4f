using System.Diagnostics;
using System.Globalization;

namespace MailResponder.Tests.Install;

/// <summary>
/// A fresh server: the files of a Debian or Ubuntu root on a file system in memory, with its own processes, host name
/// and network. All of it ends and vanishes with this object. Its only network connection is <see cref="Outside"/>.
/// </summary>
internal sealed class ServerRoot : IDisposable
{
    public const string HostName = "mail.example.com";

    public const string Address = "192.0.2.1";

    /// <summary>
    /// Replaces service(8), so that opendkim and opendmarc end as soon as they are told to. libmilter checks for that
    /// only every five seconds, and when a client connects.
    /// </summary>
    private const string WakingService = """
        #!/bin/sh
        case $1 in opendkim | opendmarc) ;; *) exec /usr/sbin/service "$@" ;; esac
        perl -MIO::Socket::INET -e '
          for (1 .. 50) { select(undef, undef, undef, 0.1); IO::Socket::INET->new("127.0.0.1:$_") for 8891, 8893 }' &
        waker=$!
        status=0
        /usr/sbin/service "$@" || status=$?
        kill "$waker"
        exit "$status"

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Process _first;

    /// <param name="suite">A release of <see cref="ServerRoots.Suites"/>.</param>
    /// <param name="kind">
    /// <c>bare</c>, or <c>packages</c> for a root that already has the packages that install.sh installs.
    /// </param>
    /// <param name="written">A folder made by <see cref="SaveWritten"/> of a server with the same root.</param>
    public ServerRoot(string suite, string kind = "packages", string? written = null)
    {
        var root = (written is null ? "" : written + ":") + ServerRoots.PathTo(suite, kind);
        _first = HostRun.Start("unshare",
        [
            "--mount", "--pid", "--uts", "--ipc", "--net", "--fork", "--kill-child",
            Repository.PathTo("MailResponder.Tests", "Install", "start-root.sh"), root, _folder.Path, HostName,
        ]);
        try
        {
            if (_first.StandardOutput.ReadLine() != "ready")
                throw new InvalidOperationException($"no {suite} root: {_first.StandardError.ReadToEnd()}");
            ProcessId = OnlyChild(_first.Id);
            Outside = new OutsideWorld(ProcessId);
            File.WriteAllText(PathTo("/etc/resolv.conf"), $"nameserver {OutsideWorld.Address}\n");
            Write("/usr/local/sbin/service", WakingService);
            Run("chmod 755 /usr/local/sbin/service").Good();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The process id of the server's first process, as seen by the host.</summary>
    public int ProcessId { get; }

    public OutsideWorld Outside { get; } = null!;

    /// <summary>Returns the path by which the host reaches a file of the server.</summary>
    public string PathTo(string path) => $"/proc/{ProcessId}/root{path}";

    public string Read(string path) => File.ReadAllText(PathTo(path));

    /// <summary>Returns the log so far; empty before the first line.</summary>
    public string Log(string name) => File.Exists(PathTo("/var/log/" + name)) ? Read("/var/log/" + name) : "";

    /// <summary>Writes a file. An existing file keeps its owner and mode.</summary>
    public void Write(string path, string text) => File.WriteAllText(PathTo(path), text);

    /// <summary>Copies a file or folder of the host into the server.</summary>
    public void CopyIn(string from, string to) =>
        HostRun.Of("cp", ["-a", "--no-preserve=ownership", from, PathTo(to)]).Good();

    /// <summary>Runs shell text as the server's root, without the environment of the tests.</summary>
    public HostRun Run(string script) => HostRun.Of("nsenter",
    [
        "--target", ProcessId.ToString(CultureInfo.InvariantCulture),
        "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd",
        "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C",
        "/bin/sh", "-c", script,
    ]);

    /// <summary>Unpacks the release made by publish.sh, as an operator does. Returns its folder.</summary>
    public string Unpack()
    {
        var archive = ReleaseArchive.Path;
        CopyIn(archive, "/root/release.tar.gz");
        Run("cd /root && tar xzf release.tar.gz").Good();
        return "/root/" + Path.GetFileName(archive).Replace(".tar.gz", "", StringComparison.Ordinal);
    }

    /// <summary>Starts the services that systemd would have started at boot. install.sh has started Postfix.</summary>
    public void StartServices()
    {
        Run("rsyslogd && cron").Good();
        Patience.Until("rsyslogd's socket", () => Run("test -S /var/spool/postfix/dev/log").ExitCode == 0);
    }

    /// <summary>Copies the files that were written, and marks of those deleted, into an empty folder.</summary>
    public void SaveWritten(string folder) =>
        HostRun.Of("cp", ["-a", $"/proc/{_first.Id}/root{_folder.Path}/upper/.", folder]).Good();

    /// <summary>
    /// Returns every file with owner, mode, time and content (below /usr the size instead of the content), without
    /// files that daemons write on their own. If two listings are equal, no byte was changed. An overlay changes the
    /// size of a folder when it first writes to it.
    /// </summary>
    public string Listing() => Run("""
        find / -xdev \( -path /var/spool/postfix -o -path /var/lib/postfix -o -path /var/lib/chrony \
          -o -path /var/log -o -path /run -o -path /var/lib/mail_responder/postfix-log \) -prune \
          -o -type d -printf '%p %y %m %U:%G %T@\n' -o -printf '%p %y %m %U:%G %T@ %s %l\n' | sort
        find /etc /root /usr/local /var/lib/mail_responder /var/backups -xdev -type f ! -path '*/postfix-log/*' |
          sort | xargs -d '\n' sha256sum
        """).Good().Output;

    public void Dispose()
    {
        Outside?.Dispose();
        if (!_first.HasExited) _first.Kill();
        _first.WaitForExit();
        _first.Dispose();
        _folder.Dispose();
    }

    private static int OnlyChild(int process) =>
        int.Parse(File.ReadAllText($"/proc/{process}/task/{process}/children"), CultureInfo.InvariantCulture);
}
