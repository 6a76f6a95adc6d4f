using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MailResponder.Tests.Program;

/// <summary>The lines that the syslog daemon receives, and what happens to a message when there is no daemon.</summary>
public sealed partial class SyslogTests
{
    [Fact]
    public void Report_IsOneLineOnLocal0()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Matches(RepliedLine(), Assert.Single(place.Log.Reports));
    }

    [Fact]
    public void Event_IsJsonOnLocal1()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew(), "--sender", "").AssertDone();
        var line = Assert.Single(place.Log.Events);
        var json = JsonNode.Parse(line)!.AsObject();
        Assert.Contains("null-sender", json.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("4bXyz", json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AddressThatIsNotInTheBook_IsLoggedAsUnknown()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew(), "--recipient", "private.person@example.com").AssertDone();
        Assert.Contains("skipped reason=unknown-address address=unknown ", Assert.Single(place.Log.Reports),
            StringComparison.Ordinal);
    }

    [Fact]
    public void QueueId_ComesFromTheTopmostReceivedHeaderWithoutTheOption()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew() with
        {
            MoreHeaders =
                "Received: from a (b [192.0.2.1])\r\n\tby mx.example.com (Postfix) with ESMTP id 4AbCdE\r\n\tfor "
                + "<x@example.com>; Sun, 22 Nov 2026 10:00:00 +0000 (UTC)\r\n",
        };
        ResponderProcess.Run(
            ResponderProcess.Plainly, request.ToBytes(), "--settings", place.SettingsFile, "--recipient",
            "get@example.com").AssertDone();
        Assert.Contains("queue_id=4AbCdE", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
    }

    /// <summary>A queue id or address that imitates log fields or lines stays inside its own field.</summary>
    [Fact]
    public void LogInjection_DoesNotWork()
    {
        using var place = new Workplace();
        place.Filter(
            RequestMail.FromSomebodyNew(),
            "--queue-id", "1\nreplied address=x reason=y", "--recipient", "get@example.com\nreplied replies=9")
            .AssertDone();
        var report = Assert.Single(place.Log.Reports);
        Assert.DoesNotContain("\n", report.TrimEnd('\n', '\0'), StringComparison.Ordinal);
        Assert.DoesNotContain("replies=9", report, StringComparison.Ordinal);
        Assert.DoesNotContain("reason=y", report, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutSyslog_TheMessageIsAnswered()
    {
        using var place = new Workplace();
        place.Settings["syslog_socket"] = "nowhere";
        place.Write();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
    }

    /// <summary>If the daemon stops reading, every process that waits for room in its queue would hang.</summary>
    [Fact]
    public void SyslogThatHangs_DoesNotHoldTheMessageUp()
    {
        using var place = new Workplace();
        var path = place.PathTo("stuck");
        using var stuck = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        stuck.Bind(new UnixDomainSocketEndPoint(path));
        using var filler = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            Blocking = false,
        };
        filler.Connect(new UnixDomainSocketEndPoint(path));
        Assert.Throws<SocketException>(() =>
        {
            for (var i = 0; i < 10_000; i++) filler.Send("full"u8);
        });
        place.Settings["syslog_socket"] = "stuck";
        place.Settings["deadline_seconds"] = 30;
        place.Write();

        var waited = System.Diagnostics.Stopwatch.StartNew();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
        Assert.InRange(waited.Elapsed.TotalSeconds, 0, 20);
    }

    [GeneratedRegex(@"^<134>.*mail_responder\[\d+\]: replied address=get@example\.com replies=2 ms=\d+ "
        + @"queue_id=4bXyz receipts=\S+\.eml,\S+\.eml[\n\0]*$")]
    private static partial Regex RepliedLine();
}
