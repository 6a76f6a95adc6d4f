using System.Text.RegularExpressions;

namespace MailResponder.Tests.Host;

/// <summary>
/// Tests rsyslog/20-mail_responder.conf with the log lines of a real Postfix. Clients from private and public addresses
/// connected to it, first without a command, and then to send a mail.
/// </summary>
public sealed partial class HealthCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ConnectionsWithoutACommand_FromPrivateAddresses_LeaveNoLine()
    {
        ToolRun.Apart("health-checks.sh", _folder.Path).AssertDone();
        var written = PostfixLine().Matches(File.ReadAllText(_folder.PathTo("maillog")))
            .Select(match => match.Groups[1].Value).ToList();
        using var daemon = new PrivateRsyslogd();
        foreach (var line in written) Assert.True(daemon.Send($"<22>Nov 22 10:00:00 {line}"));
        daemon.Send("<22>Nov 22 10:00:00 postfix/master[1]: last");
        daemon.WaitForLine("mail.log", "last");
        var kept = daemon.MailLog.Select(line => line[line.IndexOf("postfix/", StringComparison.Ordinal)..]).SkipLast(1)
            .ToList();

        // For each of 8 private addresses, three lines of the check on port 25, three on port 26, and one of the mail
        // are dropped. For loopback, which is in mynetworks, port 26 has five lines, because postscreen passes it on to
        // smtpd.
        Assert.Equal((8 * 7) + 2, written.Count - kept.Count);
        Assert.All(written.Except(kept), line => Assert.Matches(PrivateAddress(), line));
        Assert.Equal(15, kept.Count(line => line.Contains(": client=", StringComparison.Ordinal)));
        Assert.Equal(15, kept.Count(line => line.Contains(" quit=1 commands=", StringComparison.Ordinal)));
        Assert.Equal(15, kept.Count(line => line.Contains("status=sent", StringComparison.Ordinal)));
        foreach (var address in (string[])["198.51.100.7", "172.15.0.5", "172.32.0.5", "11.0.0.5", "192.169.0.5",
            "2001:db8::7", "fe00::5"])
            Assert.Equal(written.Count(line => line.Contains($"[{address}]", StringComparison.Ordinal)),
            kept.Count(line => line.Contains($"[{address}]", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("postfix/smtpd[5]: lost connection after DATA (0 bytes) from unknown[10.0.0.5]")]
    [InlineData("postfix/smtpd[5]: lost connection after STARTTLS from unknown[10.0.0.5]")]
    [InlineData("postfix/smtpd[5]: disconnect from unknown[10.0.0.5] ehlo=1 quit=1 commands=2")]
    [InlineData("postfix/smtpd[5]: disconnect from unknown[10.0.0.5] unknown=0/1 commands=0/1")]
    [InlineData("postfix/smtpd[5]: NOQUEUE: reject: CONNECT from unknown[10.0.0.5]: 554 5.7.1 refused; proto=SMTP")]
    [InlineData("postfix/postscreen[5]: CONNECT from [198.51.100.7]:4711 to [10.0.0.9]:25")]
    [InlineData("postfix/cleanup[5]: 4c1: warning: header Subject: connect from unknown[10.0.0.5] from x")]
    [InlineData("another[5]: connect from unknown[10.0.0.5]")]
    public void OtherLines_Stay(string line)
    {
        using var daemon = new PrivateRsyslogd();
        daemon.Send("<22>Nov 22 10:00:00 " + line);
        daemon.Send("<22>Nov 22 10:00:00 postfix/master[1]: last");
        daemon.WaitForLine("mail.log", "last");

        Assert.EndsWith(line, daemon.MailLog[0], StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\w+ +\d+ [\d:]+ \S+ (postfix/.*)$", RegexOptions.Multiline)]
    private static partial Regex PostfixLine();

    [GeneratedRegex(
        @"^[^[]*\[\d+\]: [^[]*\[(10\.0\.0\.5|172\.16\.0\.5|172\.31\.255\.5|192\.168\.7\.7|"
        + @"127\.0\.0\.1|fd00::5|fc12:3456::5|::1)\]")]
    private static partial Regex PrivateAddress();
}
