namespace MailResponder.Tests.Host;

/// <summary>rsyslog/30-mail_responder-postfix-log.conf.off, switched on, with a reader that writes down what it gets.</summary>
public sealed class PostfixLogRuleTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PostfixLines_ReachTheReader_AndTheMailLog()
    {
        using var daemon = new PrivateRsyslogd(reader: Reader("printf '%s\\n' \"$line\" >>\"$got\"; echo OK"));
        daemon.Send("<22>Nov 22 10:00:00 postfix/smtpd[5]: 4c1: client=mail.example.net[198.51.100.7]");
        daemon.Send("<22>Nov 22 10:00:00 dovecot[5]: of another");
        daemon.Report(5, "ours");
        daemon.Send("<22>Nov 22 10:00:00 postfix/qmgr[6]: 4c1: removed");
        Patience.Until("two lines", () => Got.Length == 2, () => daemon.Errors);

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\S+ \S+ postfix/smtpd\[5\]: 4c1: client=mail\.example\.net\[198\.51\.100\.7\]$", Got[0]);
        Assert.EndsWith(" postfix/qmgr[6]: 4c1: removed", Got[1], StringComparison.Ordinal);
        daemon.WaitForLine("syslog", "4c1: removed");
    }

    /// <summary>Without the confirmation the lines that a dying reader had not counted would be lost.</summary>
    [Fact]
    public void ReaderThatDies_IsStartedAgain_AndGetsTheLineThatItHadNotConfirmed()
    {
        using var daemon = new PrivateRsyslogd(reader: Reader("""
            if [ ! -e "$got.died" ] && [ "${line##*: }" = 50 ]; then : >"$got.died"; exit 1; fi
            printf '%s\n' "$line" >>"$got"
            echo OK
            """));
        for (var i = 1; i <= 100; i++) daemon.Send($"<22>Nov 22 10:00:00 postfix/qmgr[6]: {i}");
        Patience.Until("the last line", () => Got.LastOrDefault()?.EndsWith(": 100", StringComparison.Ordinal) ?? false, () => string.Join('\n', Got) + daemon.Errors);

        Assert.True(File.Exists(folder.PathTo("got.died")));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), Got.Select(line => line.Split(' ')[^1]).Distinct());
    }

    /// <summary>A reader that takes its time holds up neither those who log nor the other logs.</summary>
    [Fact]
    public void SlowReader_HoldsNobodyUp()
    {
        using var daemon = new PrivateRsyslogd(reader: Reader("sleep 1; printf '%s\\n' \"$line\" >>\"$got\"; echo OK"));
        for (var i = 1; i <= 5000; i++) Assert.True(daemon.Send($"<22>Nov 22 10:00:00 postfix/qmgr[6]: {i}"));
        daemon.Report(1, "last");
        daemon.WaitForLine("mail_responder.log", "last");
        daemon.WaitForLine("syslog", ": 5000");

        Assert.InRange(Got.Length, 0, 100);
    }

    string[] Got => File.Exists(folder.PathTo("got")) ? File.ReadAllLines(folder.PathTo("got")) : [];

    /// <summary>A program that says that it is ready, and does <paramref name="work"/> for each $line.</summary>
    string Reader(string work)
    {
        var path = folder.Write("reader", $"#!/bin/sh\ngot={folder.PathTo("got")}\necho OK\nwhile IFS= read -r line; do\n{work}\ndone\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED); // 0755
        return path;
    }
}
