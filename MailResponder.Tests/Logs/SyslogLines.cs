using System.Net.Sockets;
using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Tests.Logs;

/// <summary>What arrives at the syslog daemon's socket.</summary>
public sealed class SyslogLines : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _daemon = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
    {
        ReceiveTimeout = 10_000,
    };

    public SyslogLines() => _daemon.Bind(new UnixDomainSocketEndPoint(_folder.PathTo("log")));

    public void Dispose()
    {
        _daemon.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Reply_IsALineAndAnEvent()
    {
        Write(LogLines.Replied);

        // local0 (16) and local1 (17) times eight, plus info (6). The time is in the clock's local zone.
        Assert.Equal($"<134>Mar  2 11:45:00 mail_responder[{Environment.ProcessId}]: " +
            "replied address=get@example.com replies=2 ms=37 queue_id=4cR7T6 receipts=sendmail,/var/out/a.eml",
            Receive());
        Assert.Equal($"<142>Mar  2 11:45:00 mail_responder[{Environment.ProcessId}]: " +
            """{"time":"2026-03-02T08:15:00Z","result":"replied","reason":""" +
            """null,"address":"get@example.com","replies":""" +
            """2,"ms":37,"queue_id":"4cR7T6","receipts":["sendmail","/var/out/a.eml"],"problem":null}""",
            Receive());
    }

    [Fact]
    public void Problem_KeepsTheEventOnOneLine()
    {
        Write(Outcome.Deferred(Cause.Send, "a\r\n\"b\"\u001b"));

        Receive();
        Assert.Equal($"<139>Mar  2 11:45:00 mail_responder[{Environment.ProcessId}]: " +
            """{"time":"2026-03-02T08:15:00Z","result":"deferred","reason":"send","address":"unknown","replies":""" +
            """0,"ms":37,"queue_id":"-","receipts":[],"problem":"a  'b' "}""",
            Receive());
    }

    [Theory]
    [InlineData("Replied", 6)]
    [InlineData("Skipped", 6)]
    [InlineData("Failed", 4)]
    [InlineData("Deferred", 3)]
    public void Severity_FollowsTheResult(string result, int severity)
    {
        Write(new Outcome(Enum.Parse<Result>(result)));

        Assert.StartsWith($"<{(16 * 8) + severity}>", Receive(), StringComparison.Ordinal);
        Assert.StartsWith($"<{(17 * 8) + severity}>", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void Facilities_AreThoseOfTheSettings()
    {
        Write(Outcome.Skipped(SkipReason.Spam), SyslogFacility.Mail, SyslogFacility.Local7);

        Assert.StartsWith($"<{(2 * 8) + 6}>", Receive(), StringComparison.Ordinal);
        Assert.StartsWith($"<{(23 * 8) + 6}>", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingDaemon_IsNoFault()
    {
        _daemon.Dispose();
        File.Delete(_folder.PathTo("log"));

        Assert.Null(Record.Exception(() => Write(LogLines.Replied)));
    }

    private void Write(Outcome outcome, SyslogFacility facility = SyslogFacility.Local0,
        SyslogFacility eventFacility = SyslogFacility.Local1)
    {
        var settings = TestSettings.In(_folder.Path) with
        {
            SyslogSocket = _folder.PathTo("log"),
            SyslogFacility = facility,
            EventFacility = eventFacility,
        };
        new MessageLog(settings, null, new FixedClock()).Write(outcome, TimeSpan.FromMilliseconds(37.9));
    }

    private string Receive()
    {
        var buffer = new byte[8192];
        return Encoding.UTF8.GetString(buffer, 0, _daemon.Receive(buffer));
    }
}
