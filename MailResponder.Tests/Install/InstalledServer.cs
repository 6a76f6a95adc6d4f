using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace MailResponder.Tests.Install;

/// <summary>A server on which install.sh of the release archive has run.</summary>
internal sealed class InstalledServer : IDisposable
{
    /// <summary>The address that gets the mail for people.</summary>
    public const string Support = "team@freemail.test";

    /// <summary>The options for a test that needs no others.</summary>
    public const string Options = $"--domain example.com --support {Support}";

    private static readonly ConcurrentDictionary<(string Suite, string Kind, string Options), Lazy<FirstInstallation>>
        FirstRuns = new();

    private readonly string _release;

    /// <summary>Starts a server and runs install.sh.</summary>
    /// <param name="suite">The release of Debian or Ubuntu.</param>
    /// <param name="kind">The kind of root to start from; see <see cref="ServerRoot"/>.</param>
    /// <param name="options">The options of install.sh.</param>
    public InstalledServer(string suite, string kind, string options)
    {
        Root = new ServerRoot(suite, kind);
        try
        {
            _release = Root.Unpack();
            Before = Configuration();
            FirstRun = Install(options).Good();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private InstalledServer(string suite, string kind, FirstInstallation made)
    {
        (_release, Before, FirstRun) = (made.Release, made.Before, made.Run);
        Root = new ServerRoot(suite, kind, made.Written);
        try
        {
            Root.Run("set -e; for name in chrony opendkim opendmarc; do service $name start; done; postfix start")
                .Good();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What a server's first run of install.sh wrote and printed.</summary>
    private sealed record FirstInstallation(string Release, string Before, HostRun Run, string Written);

    public ServerRoot Root { get; }

    /// <summary>The result of the first run of install.sh.</summary>
    public HostRun FirstRun { get; } = null!;

    /// <summary>The <see cref="Configuration"/> before the first run.</summary>
    public string Before { get; } = "";

    /// <summary>The public DKIM key as install.sh prints it for DNS, with its strings joined.</summary>
    public string DkimPublicKey =>
        Regex.Match(
            string.Concat(Regex.Matches(FirstRun.Output, "^    \"(.*)\"$", RegexOptions.Multiline)
            .Select(line => line.Groups[1].Value)), "p=(.*)")
            .Groups[1].Value;

    /// <summary>
    /// Returns a server that was stopped after such a first run, and started again. The first run takes place once, and
    /// each server gets its files.
    /// </summary>
    public static InstalledServer Restarted(
        string suite = ServerRoots.Debian, string kind = "packages", string options = Options)
    {
        var made = FirstRuns.GetOrAdd((suite, kind, options), _ => new(() => Make(suite, kind, options)));
        return new InstalledServer(suite, kind, made.Value);
    }

    private static FirstInstallation Make(string suite, string kind, string options)
    {
        using var server = new InstalledServer(suite, kind, options);
        // Each stop and status fails if install.sh has not started the service.
        server.Root.Run("""
            set -e
            postfix stop
            for name in chrony opendkim opendmarc; do service $name status; service $name stop; done
            """).Good();
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        server.Root.SaveWritten(folder.Path);
        return new FirstInstallation(server._release, server.Before, server.FirstRun, folder.Path);
    }

    public HostRun Install(string options = "") => Root.Run($"{_release}/install.sh {options}");

    /// <summary>Returns the path of a file of the release, for a test that makes another version of it.</summary>
    public string ReleaseFile(string name) => $"{_release}/{name}";

    /// <summary>Returns everything on the host that install.sh changes, in addition to the files it adds.</summary>
    public string Configuration() => Root.Run("""
        if command -v postconf >/dev/null; then postconf -n; postconf -M; fi 2>/dev/null
        cat /etc/aliases /etc/mailname /etc/logrotate.d/rsyslog /etc/opendkim.conf /etc/opendmarc.conf 2>/dev/null
        find /etc /usr/local /var/lib -name '*mail_responder*' ! -path '/var/lib/mail_responder*' \
          ! -path /etc/mail_responder | sort
        find /usr/local | sort
        ls /etc/postfix 2>/dev/null || true
        """).Good().Output;

    public void Dispose() => Root.Dispose();
}
