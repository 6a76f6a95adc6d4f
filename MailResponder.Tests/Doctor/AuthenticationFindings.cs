using MailResponder.Doctor;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// Tests whether the authserv-id that the settings trust is the one that the mail filters write, and that only they can
/// write.
/// </summary>
public sealed class AuthenticationFindings : IDisposable
{
    private const string Stripping = "/^Authentication-Results[[:space:]]*:/ IGNORE\n";
    private const string Milters = "smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893\n";

    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("mx.example.com", Milters, Stripping, "", "", "ok")]
    [InlineData("MX.example.com", Milters, Stripping, "AuthservID mx.Example.com # ours\n", "Mode v\n", "ok")]
    [InlineData("mx.example.com", Milters, "", "", "", "fault header_checks")]
    [InlineData("mx.example.com", Milters, "/^Authentication-Results:/ WARN\n", "", "", "fault header_checks")]
    [InlineData("mx.example.com", "", Stripping, "", "", "warning smtpd_milters")]
    [InlineData("mail.example.com", Milters, Stripping, "", "AuthservID mail.example.com\n",
        "warning /etc/opendkim.conf: this filter writes as mx.example.com,")]
    [InlineData("mx.example.com", Milters, Stripping, "", "authservid mail.example.com\n",
        "warning /etc/opendmarc.conf: this filter writes as mail.example.com,")]
    [InlineData("mx.example.com", Milters, Stripping, "AuthservID HOSTNAME\n", "",
        "warning /etc/opendkim.conf: this filter writes as inner.example.com,")]
    [InlineData("mx.example.com", Milters, Stripping, "AuthservIDWithJobID yes\n", "",
        "warning /etc/opendkim.conf: this filter writes as mx.example.com/JOB-ID,")]
    [InlineData(null, "", "", "", "", "warning no sender is verified")]
    [InlineData(null, Milters, Stripping, "", "", "warning mail filters")]
    public void Name_IsComparedWithTheFilters(
        string? authservId, string milters, string checks, string dkim, string dmarc, string expected)
    {
        if (milters.Length > 0)
        {
            _fake.Folder.Write("etc/opendkim.conf", dkim);
            _fake.Folder.Write("etc/opendmarc.conf", dmarc);
        }

        WriteListening(8891, 8893);
        var table = _fake.Folder.Write("header_checks", checks);
        _fake.Saying("hostname", "inner.example.com\n");
        _fake.Saying(
            "postconf",
            $"mail_version = 3.7.11\nmyhostname = mx.example.com\nheader_checks = regexp:{table}\n{milters}");
        _fake.With("postmap", "exec /usr/sbin/postmap \"$@\"");
        var host = _fake.Host;

        var finding = Assert.Single(AuthenticationChecks.Look(
            host, TestSettings.In("/nowhere") with { AuthservId = authservId }, PostfixSettings.Load(host)!));

        Assert.Equal("authentication", finding.Name);
        Assert.StartsWith(expected, $"{finding.State.Hyphenated()} {finding.Text}", StringComparison.Ordinal);
        Assert.Equal(expected == "ok", finding.Remedy is null);
    }

    [Theory]
    [InlineData(new[] { 8891, 8893 }, "ok")]
    [InlineData(new[] { 8891 }, "fault nothing listens at inet:127.0.0.1:8893 (smtpd_milters)")]
    [InlineData(new[] { 8893, 18891 }, "fault nothing listens at inet:127.0.0.1:8891 (smtpd_milters)")]
    public void FilterThatIsDead_IsNoProof(int[] ports, string expected)
    {
        WriteListening(ports);
        var table = _fake.Folder.Write("header_checks", Stripping);
        _fake.Saying(
            "postconf",
            $"mail_version = 3.7.11\nmyhostname = mx.example.com\nheader_checks = regexp:{table}\n{Milters}");
        _fake.With("postmap", "exec /usr/sbin/postmap \"$@\"");
        var (host, settings) = (_fake.Host, TestSettings.In("/nowhere") with { AuthservId = "mx.example.com" });

        var finding = Assert.Single(AuthenticationChecks.Look(host, settings, PostfixSettings.Load(host)!));

        Assert.StartsWith(expected, $"{finding.State.Hyphenated()} {finding.Text}", StringComparison.Ordinal);
    }

    private void WriteListening(params int[] ports) =>
        _fake.Folder.Write("proc/net/tcp", "  sl  local_address rem_address   st\n"
        + string.Concat(ports.Select((port, i) => $"   {i}: 0100007F:{port:X4} 00000000:0000 0A 00000000:00000000\n")));
}
