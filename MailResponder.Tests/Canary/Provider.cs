using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Canary;

/// <summary>
/// A mailbox provider, freemail.test, next to the responder. A real Postfix, which the responder uses too, takes
/// submissions; a real Dovecot holds the mailboxes; a name server has the DKIM key of the replies. A test says what the
/// provider does to a reply before it reaches the mailbox.
/// </summary>
public sealed class Provider : IDisposable
{
    public const string Password = "b2f5Zk81secret";
    private readonly string _folder = Directory.CreateTempSubdirectory("responder-provider-").FullName;
    private readonly Process _dovecot;
    private readonly PrivatePostfix _postfix;
    private readonly NameServer _names;

    public Provider()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("0755", 8));
        Directory.CreateDirectory(PathTo("home"));
        Run("chown", "nobody:nogroup", PathTo("home"));
        WriteCertificates();
        (Imaps, Imap, Submissions, Submission) =
            (Loopback.FreePort(), Loopback.FreePort(), Loopback.FreePort(), Loopback.FreePort());
        File.WriteAllText(PathTo("dovecot.conf"), DovecotConf());
        _dovecot = Process.Start("dovecot", ["-F", "-c", PathTo("dovecot.conf")]);
        Place.Settings["daily_limit"] = 1;
        Place.Settings["attachment_names"] =
            JsonNode.Parse("""[{ "domains": ["freemail.test"], "rename": { ".zip": ".zi_" } }]""");
        Place.Write();
        _postfix = new PrivatePostfix(Place, "main.cf", """
            transport_maps = inline:{ mail_responder@localhost=responder:, freemail.test=provider: }
            provider_destination_recipient_limit = 1
            """, Services());
        Executable.Write(PathTo("deliver"), Deliver());
        Place.SendThrough(Route.HandingOverTo(_postfix.UnfilteredPort));
        _names = new NameServer(Key("mail", Workplace.DkimPublicKey));
        Patience.Until("Dovecot listens", () => Loopback.Listens(Imaps) && Loopback.Listens(Imap),
            () => File.ReadAllText(PathTo("dovecot.log")));
    }

    internal Workplace Place { get; } = new();

    internal int Imaps { get; }

    internal int Imap { get; }

    internal int Submissions { get; }

    internal int Submission { get; }

    internal string Logs => _postfix.MailLog + File.ReadAllText(PathTo("dovecot.log"));

    internal string PathTo(string name) => Path.Join(_folder, name);

    /// <summary>
    /// Returns a mailbox for the settings. Its servers speak TLS from the first byte, or after STARTTLS.
    /// </summary>
    internal JsonObject Mailbox(string name, bool starttls = false, string password = Password, string? request = null)
    {
        Place.WriteSecret($"{name}.password", password + "\n");
        JsonObject Server(int port) => new()
        {
            ["server"] = "127.0.0.1",
            ["port"] = port,
            ["tls"] = starttls ? "starttls" : "implicit",
        };
        return new JsonObject
        {
            ["name"] = name,
            ["address"] = $"{name}@freemail.test",
            ["submission"] = Server(starttls ? Submission : Submissions),
            ["imap"] = Server(starttls ? Imap : Imaps),
            ["password_file"] = $"{name}.password",
            ["requests"] = new JsonArray(request ?? "get@example.com"),
            ["ssl_ca"] = PathTo("ca.pem"),
        };
    }

    /// <summary>Runs `responder canary` for the mailboxes.</summary>
    /// <param name="onTheWay">
    /// Shell lines applied to a reply: "folder=Junk", "filter=…" (a command), "results=…", "delay=…".
    /// </param>
    internal ProgramRun Look(string onTheWay, JsonObject[] mailboxes, string nameServer = "", params string[] more)
    {
        File.WriteAllText(PathTo("mode"), onTheWay + "\n");
        Place.Settings["canary"] = new JsonArray([.. mailboxes]);
        Place.Write();
        Place.GiveTo("mail_responder");
        File.WriteAllText(PathTo("resolv.conf"),
            $"nameserver {(nameServer.Length > 0 ? nameServer : _names.Address)}\n");
        return ResponderProcess.Run(
            $"""
            exec unshare --mount sh -c 'mount --bind {PathTo("resolv.conf")} /etc/resolv.conf && exec "$@"' \
                sh "$@"
            """,
            [], ["canary", "--settings", Place.SettingsFile, .. more]);
    }

    /// <summary>Returns the TXT record of a key, in dnsmasq's format.</summary>
    internal static string Key(string selector, string key) =>
        $"txt-record={selector}._domainkey.example.com,v=DKIM1; k=rsa; p={key[..200]},{key[200..]}";

    /// <summary>Returns the mails of a mailbox, from all of its folders.</summary>
    internal string[] MailsOf(string name)
    {
        var maildir = PathTo($"home/{name}@freemail.test/Maildir");
        return !Directory.Exists(maildir) ? []
            : [.. Directory.EnumerateFiles(maildir, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) is "cur" or "new")];
    }

    /// <summary>Puts a mail into the inbox directly.</summary>
    internal string Put(string name, string mail)
    {
        var inbox = PathTo($"home/{name}@freemail.test/Maildir/cur");
        Directory.CreateDirectory(inbox);
        var file = Path.Join(inbox, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.{Guid.NewGuid():N}.here:2,");
        File.WriteAllText(file, mail);
        Run("chown", "-R", "nobody:nogroup", PathTo("home"));
        return file;
    }

    /// <summary>Waits until Postfix has delivered its queue.</summary>
    internal void Settle() => _postfix.WaitUntilQueueIsEmpty();

    public void Dispose()
    {
        _names.Dispose();
        _postfix.Dispose();
        Place.Dispose();
        // This ends its child processes too.
        Run("kill", "-TERM", $"{_dovecot.Id}");
        _dovecot.WaitForExit();
        _dovecot.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void WriteCertificates()
    {
        var authority = TestCertificate.Issue("a provider's authority", null, TestCertificate.IsAuthority);
        var server = TestCertificate.Issue("127.0.0.1", authority, TestCertificate.IsNoAuthority,
            TestCertificate.For("mail.freemail.test", IPAddress.Loopback),
            TestCertificate.Purpose("1.3.6.1.5.5.7.3.1"));
        File.WriteAllText(PathTo("ca.pem"), authority.Pem);
        File.WriteAllText(PathTo("other-ca.pem"),
            TestCertificate.Issue("another authority", null, TestCertificate.IsAuthority).Pem);
        File.WriteAllText(PathTo("server.pem"), server.Pem);
        // dovecot-lda runs as the user nobody and reads the whole configuration.
        File.WriteAllText(PathTo("server.key"), server.Key.ExportPkcs8PrivateKeyPem());
    }

    private string DovecotConf() => $$"""
        base_dir = {{_folder}}/run
        state_dir = {{_folder}}/run
        log_path = {{_folder}}/dovecot.log
        protocols = imap
        listen = 127.0.0.1
        ssl = required
        ssl_cert = <{{_folder}}/server.pem
        ssl_key = <{{_folder}}/server.key
        auth_mechanisms = plain login
        first_valid_uid = 1
        mail_location = maildir:~/Maildir
        mail_plugins = quota
        protocol imap {
          mail_plugins = quota imap_quota
        }
        plugin {
          quota = maildir:User quota
          quota_rule = *:storage=1M
        }
        passdb {
          driver = static
          args = password={{Password}}
        }
        userdb {
          driver = static
          args = uid=nobody gid=nogroup home={{_folder}}/home/%u
        }
        namespace inbox {
          inbox = yes
          mailbox Spamverdacht {
            auto = create
            special_use = \Junk
          }
          mailbox Gesendet {
            auto = create
            special_use = \Sent
          }
        }
        service imap-login {
          inet_listener imap {
            port = {{Imap}}
          }
          inet_listener imaps {
            port = {{Imaps}}
            ssl = yes
          }
        }
        service auth {
          unix_listener {{_folder}}/sasl {
            mode = 0666
          }
        }

        """;

    private string Services()
    {
        string Smtpd(int port, string tls) => $"127.0.0.1:{port} inet n - n - - smtpd {tls} "
            + $"-o smtpd_tls_cert_file={_folder}/server.pem -o smtpd_tls_key_file={_folder}/server.key "
            + $"-o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path={_folder}/sasl "
            + "-o smtpd_relay_restrictions=permit_sasl_authenticated,reject -o smtpd_recipient_restrictions= "
            + "-o smtpd_sender_restrictions= -o smtpd_helo_restrictions= -o mynetworks=192.0.2.1\n";
        return Smtpd(Submissions, "-o smtpd_tls_wrappermode=yes")
            + Smtpd(Submission, "-o smtpd_tls_security_level=encrypt")
            + $"provider unix - n n - 1 pipe flags=R user=nobody argv={_folder}/deliver ${{recipient}}\n";
    }

    /// <summary>
    /// Returns a script that applies the lines in "mode" to a reply before it is delivered to the mailbox.
    /// </summary>
    private string Deliver() => $$"""
        #!/bin/sh
        folder=INBOX filter=cat delay=0
        results='spf=pass smtp.mailfrom=bounces@example.com; dkim=pass header.d=example.com'
        results="$results; dmarc=pass header.from=example.com"
        . {{_folder}}/mode
        if [ "$folder" = none ]; then exec cat >/dev/null; fi
        sleep "$delay"
        {
          printf 'Received: from mx.responder.test by mx.freemail.test; %s\n' "$(date -R)"
          printf 'Authentication-Results: mx.freemail.test; %s\n' "$results"
          eval "$filter"
        } | USER=$1 HOME={{_folder}}/home/$1 /usr/lib/dovecot/dovecot-lda -o log_path=/dev/stderr \
          -o stats_writer_socket_path= -c {{_folder}}/dovecot.conf -m "$folder"

        """;
}
