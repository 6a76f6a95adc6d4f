using System.Text.RegularExpressions;

namespace MailResponder.Tests.Host;

/// <summary>Tests system/fail2ban/jail.d/mail_responder.conf in a copy of the host's fail2ban configuration.</summary>
public sealed class JailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public JailTests()
    {
        ToolRun.Of("cp", "-r", "/etc/fail2ban", _folder.PathTo("fail2ban")).AssertDone();
        File.Copy(Repository.PathTo("system", "fail2ban", "jail.d", "mail_responder.conf"),
            _folder.PathTo("fail2ban/jail.d/mail_responder.conf"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Jail_BansOnBothPorts()
    {
        ToolRun.Of("fail2ban-client", "-c", _folder.PathTo("fail2ban"), "-t").AssertDone();
        var commands = ToolRun.Of("fail2ban-client", "-c", _folder.PathTo("fail2ban"), "-d").AssertDone();
        Assert.Contains("['add', 'sshd', 'systemd']", commands, StringComparison.Ordinal);
        Assert.Contains("['port', 'ssh,22222']", commands, StringComparison.Ordinal);
        Assert.Contains("['start', 'sshd']", commands, StringComparison.Ordinal);
    }

    /// <summary>install.sh replaces the port by searching for this pattern.</summary>
    [Fact]
    public void Port_StandsOnOneLine() =>
        Assert.Single(File.ReadAllLines(_folder.PathTo("fail2ban/jail.d/mail_responder.conf")), line =>
            line == "port = ssh,22222");

    /// <summary>Each session counts, even if only PAM's line reported the failure.</summary>
    [Fact]
    public void EachGuess_IsFound()
    {
        var found = Found("guesses.log");
        foreach (var address in (string[])["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"])
            Assert.Contains(address, found);
    }

    [Fact]
    public void Login_IsNot() => Assert.Empty(Found("login.log"));

    private static string[] Found(string log)
    {
        var run = ToolRun.Of("fail2ban-regex", "--out", "ip",
            Repository.PathTo("MailResponder.Tests", "Host", "ssh", log), "sshd[mode=aggressive]");
        return [.. Regex.Matches(run.Output, @"^[\d.]+$", RegexOptions.Multiline).Select(match => match.Value)];
    }
}
