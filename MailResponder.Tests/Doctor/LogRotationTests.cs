using System.Globalization;
using MailResponder.Doctor;

namespace MailResponder.Tests.Doctor;

/// <summary>How long logrotate keeps a log, according to its configuration files.</summary>
public sealed class LogRotationTests : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("/var/log/mail.log\n{\n\tdaily\n\trotate 7\n}\n", "8")]
    [InlineData("/var/log/syslog\n/var/log/mail.log {\n  weekly\n  rotate 4\n}\n", "35")]
    [InlineData("/var/log/mail.* {\n\trotate 3\n}\n", "28")]
    [InlineData("\"/var/log/mail.log\" {\n\tdaily\n\trotate 60\n\tmaxage 6\n}\n", "7")]
    [InlineData("/var/log/mail.log { \n daily\n postrotate\n weekly\n }\n endscript\n rotate 1\n}\n", "2")]
    [InlineData("/var/log/mail.log {\n\tsize 1M\n\trotate 2\n}\n", "")]
    [InlineData("/var/log/other.log {\n\tdaily\n}\n", "")]
    [InlineData("# /var/log/mail.log {\n", "")]
    public void Log_IsKeptForDays(string file, string days)
    {
        _fake.Folder.Write("etc/logrotate.conf", "# the rest\nweekly\nrotate 4\ninclude /etc/logrotate.d\n");
        _fake.Folder.Write("etc/logrotate.d/mail", file);
        _fake.Folder.Write("etc/logrotate.d/mail.dpkg-dist", "/var/log/mail.log {\n\tyearly\n}\n");
        var kept = new LogRotation(_fake.Host).KeptFor("/var/log/mail.log");
        Assert.Equal(days, kept?.TotalDays.ToString(CultureInfo.InvariantCulture) ?? "");
    }

    [Theory]
    [InlineData("", "ok")]
    [InlineData("mail_log_days=30\n", "ok")]
    [InlineData("mail_log_days=3\n", "warning")]
    public void Days_AreThoseThatInstallWasTold(string options, string expected)
    {
        _fake.Folder.Write("var/backups/mail_responder/options", options);
        _fake.Folder.Write("var/log/mail.log", "");
        _fake.Folder.Write("etc/logrotate.d/mail", "/var/log/mail.log {\n\tdaily\n\trotate 7\n}\n");
        var finding = RetentionChecks.Look(_fake.Host).First(finding => finding.Name == "log-retention");
        Assert.Equal(expected, finding.State.Hyphenated());
    }

    /// <summary>syslog gets Postfix's lines until install.sh has put its rule for rsyslogd.</summary>
    [Theory]
    [InlineData("postfix/postfix-script[1527]: starting the Postfix mail system", "ok")]
    [InlineData("postfix/master[1529]: daemon started -- version 3.7.11, configuration /etc/postfix", "ok")]
    [InlineData("postfix/qmgr[1531]: 4cXyZ: from=<zahra@freemail.test>, size=1, nrcpt=1 (queue active)", "warning")]
    public void LinesThatStartPostfix_NameNobody(string line, string expected)
    {
        _fake.Folder.Write("var/log/syslog", $"2026-11-22T11:00:00.000000+00:00 mail {line}\n");
        _fake.Folder.Write("etc/logrotate.d/rsyslog", "/var/log/syslog {\n\tweekly\n\trotate 4\n}\n");
        var finding = RetentionChecks.Look(_fake.Host).First(finding => finding.Name == "log-retention");
        Assert.Equal(expected, finding.State.Hyphenated());
    }

    /// <summary>The check log-routing makes the log on a new host, at the same time or later.</summary>
    [Fact]
    public void LogOfANewHost_NeedNotBeThereYet()
    {
        File.SetUnixFileMode(_fake.Folder.Write("etc/cron.daily/logrotate", ""), UnixFileMode.UserExecute);
        Directory.CreateDirectory(_fake.Folder.PathTo("var/log"));

        Assert.Equal(FindingState.Ok,
            RetentionChecks.Look(_fake.BareHost).Single(finding => finding.Name == "logrotate-state").State);
    }

    [Theory]
    [InlineData("", 7, "ok")]
    [InlineData("", 9, "warning")]
    [InlineData("mail_log_days=30\n", 30, "ok")]
    [InlineData("mail_log_days=30\n", 32, "warning")]
    [InlineData("mail_log_days=3\n", 5, "warning")]
    public void MailLog_IsAsOldAsInstallWasTold(string options, int age, string expected)
    {
        _fake.Folder.Write("var/backups/mail_responder/options", options);
        _fake.Folder.Write("var/log/mail.log.1", "");
        File.SetLastWriteTimeUtc(_fake.Folder.PathTo("var/log/mail.log.1"), FakeHost.Now.UtcDateTime.AddDays(-age));
        File.SetUnixFileMode(_fake.Folder.PathTo("var/log/mail.log.1"), UnixFileMode.UserRead);
        Directory.CreateDirectory(_fake.Folder.PathTo("proc"));
        var finding = LogChecks.Look(_fake.BareHost, null).First(finding => finding.Name == "mail-log");
        Assert.Equal(expected, finding.State.Hyphenated());
    }
}
