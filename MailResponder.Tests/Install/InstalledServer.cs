using System.Text.RegularExpressions;

namespace MailResponder.Tests.Install;

/// <summary>A server on which install.sh of the release archive has run.</summary>
internal sealed class InstalledServer : IDisposable
{
    private readonly string _release;

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
