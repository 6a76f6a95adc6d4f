using MailResponder.Settings;

namespace MailResponder.Tests.Settings;

public sealed class SettingsInForce : IDisposable
{
    private const string Least = """
        {
          "response_from": "Example Tools <get-help@example.com>", "bounce_address": "bounces@example.com",
          "own_domains": ["Example.COM", "bücher.example."], "response_book": "book/responses.json",
          "address_key_file": "/etc/keys/../address.key", "database": { "sqlite": "../responder.db" },
          "send_method": "outbox"
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Absent_HaveTheirDefaults()
    {
        var settings = Load(Least);

        Assert.Equal(3, settings.DailyLimit);
        Assert.Equal(7, settings.LedgerDays);
        Assert.Equal(60, settings.DeadlineSeconds);
        Assert.Equal(8_192_000, settings.MaxMessageBytes);
        Assert.Equal(_folder.PathTo("files"), settings.FilesRoot);
        Assert.Equal(_folder.PathTo("outbox"), settings.Outbox);
        Assert.Equal("/usr/sbin/sendmail", settings.Sendmail);
        Assert.Equal("/dev/log", settings.SyslogSocket);
        Assert.Equal(LogTarget.Syslog, settings.LogTo);
        Assert.Equal(SyslogFacility.Local0, settings.SyslogFacility);
        Assert.Equal(SyslogFacility.Local1, settings.EventFacility);
        Assert.Empty(settings.ExemptDomains);
        Assert.Empty(settings.BlockedDomains);
        Assert.Null(settings.Dkim);
        Assert.Null(settings.AuthservId);
        Assert.Equal(AuthenticationRequirement.NotSaid, settings.RequireAuthentication);
        Assert.Null(settings.MaxRequestAge);
        Assert.Equal((60L, 2000L, false),
            (settings.Limits.DomainPerMinute, settings.Limits.DomainPerDay, settings.Limits.HasForService));
        Assert.Contains("gmail.com", settings.Limits.LargeDomains);
        var other = Load(
            Least.TrimEnd()[..^1] + """, "limits": { "domain_per_minute": 0, "domain_per_day": 9 } }""").Limits;
        Assert.Equal((null, 9L), (other.DomainPerMinute, other.DomainPerDay));
        Assert.Contains("gmail.com", other.LargeDomains);
    }

    [Fact]
    public void Paths_StartAtTheFilesFolder()
    {
        var settings = Load(Least);

        Assert.Equal(_folder.PathTo("book/responses.json"), settings.ResponseBook);
        Assert.Equal(Path.Join(Path.GetDirectoryName(_folder.Path), "responder.db"), settings.Database.SqliteFile);
        Assert.Equal("/etc/address.key", settings.AddressKeyFile);
    }

    [Fact]
    public void Domains_AreKeptInOneSpelling() =>
        Assert.Equal(["example.com", "xn--bcher-kva.example"], Load(Least).OwnDomains);

    [Fact]
    public void Sender_HasNameAndAddress()
    {
        var settings = Load(Least);

        Assert.Equal(("Example Tools", "get-help@example.com"),
            (settings.ResponseFrom.Name, settings.ResponseFrom.Address));
        Assert.Equal("bounces@example.com", settings.BounceAddress);
    }

    [Fact]
    public void Given_AreTaken()
    {
        var settings = Load(Least.Replace("\"send_method\": \"outbox\"", """
            "send_method": "SendMail", "daily_limit": 5, "ledger_days": 8, "deadline_seconds": 9,
            "max_message_bytes": 2048, "max_request_age_hours": 72,
            "exempt_domains": ["a.example"], "blocked_domains": ["b.example"], "files_root": "/srv", "outbox": "o",
            "sendmail": "bin/sendmail", "log_to": "STDERR", "syslog_facility": "mail", "event_facility": "local7",
            "syslog_socket": "/run/log", "authserv_id": "mx.example.com",
            "require_authentication": { "attachments": "full" },
            "dkim": { "domain": "Mail.Example.com", "selector": "s1", "key_file": "dkim.key" }
            """, StringComparison.Ordinal));

        Assert.Equal(("mx.example.com", TimeSpan.FromDays(3)), (settings.AuthservId, settings.MaxRequestAge));
        Assert.Equal(new AuthenticationRequirement(null, Proof.Full), settings.RequireAuthentication);
        Assert.Equal(SendMethod.Sendmail, settings.SendMethod);
        Assert.Equal((5, 8, 9, 2048L),
            (settings.DailyLimit, settings.LedgerDays, settings.DeadlineSeconds, settings.MaxMessageBytes));
        Assert.Equal(["a.example"], settings.ExemptDomains);
        Assert.Equal(["b.example"], settings.BlockedDomains);
        Assert.Equal(("/srv", _folder.PathTo("o"), _folder.PathTo("bin/sendmail")),
            (settings.FilesRoot, settings.Outbox, settings.Sendmail));
        Assert.Equal((LogTarget.Stderr, SyslogFacility.Mail, SyslogFacility.Local7),
            (settings.LogTo, settings.SyslogFacility, settings.EventFacility));
        Assert.Equal("/run/log", settings.SyslogSocket);
        Assert.Equal(new DkimSettings("mail.example.com", "s1", _folder.PathTo("dkim.key")), settings.Dkim);
    }

    private ResponderSettings Load(string text) => SettingsFile.Load(_folder.Write("settings.json", text));
}
