using System.Text.Json.Nodes;

namespace MailResponder.Tests.Doctor;

/// <summary>`responder doctor --probe`: a request of its own through the whole chain of a server, and what it says of faults.</summary>
[Collection(PlantedFaultTests.Collection)]
public sealed class ProbeFaultTests(DoctorServer server) : IClassFixture<DoctorServer>
{
    /// <summary>What the database counts, and what the log adds up to.</summary>
    string Counted =>
        server.Root.Run("responder database status; responder blacklist show").Good().Output +
        JsonNode.Parse(server.Root.Run("responder stats --json --log /var/log/mail_responder.log").Good().Output)!["messages"]!
            .ToJsonString();

    [Fact]
    public void Probes_AreAnsweredAtTheSameTime_AndCountNowhere()
    {
        var before = Counted;
        var run = server.Root.Run("""
            cd /root && for i in 1 2 3; do (/opt/responder doctor --probe >"said$i"; echo "exit $?" >>"said$i") & done; wait
            cat said1 said2 said3
            """).Good();

        var said = run.Output.TrimEnd().Split('\n');
        Assert.Equal(9, said.Length);
        Assert.All(said.Chunk(3), lines => Assert.Matches(
            "^ok      probe  get@example\\.com at 192\\.0\\.2\\.1 answered in [0-9.]+ s \\(port 25 [0-9.]+, responder [0-9.]+, reply [0-9.]+\\): " +
            "the first reply, without attachments, as far as discard of Postfix\n0 fault\\(s\\), 0 warning\\(s\\), 1 ok\nexit 0$",
            string.Join('\n', lines)));
        Assert.Equal(before, Counted);
        Assert.DoesNotContain(server.Root.Outside.MailFiles, file => File.ReadAllText(file).Contains("probe", StringComparison.Ordinal));
        AssertNothingWaits();
    }

    /// <summary>What the checks of single parts do not see, or would only guess from.</summary>
    [Theory]
    [InlineData("keep /etc/postfix/header_checks; rm /etc/postfix/header_checks", "the answer to the message is: 451 ")]
    [InlineData("keep /etc/postfix/main.cf; postconf -e defer_transports=responder", "deferred (deferred transport)")]
    [InlineData("keep /var/spool/postfix/etc; printf 'nameserver 192.0.2.9\\noptions timeout:1 attempts:1\\n' >/var/spool/postfix/etc/resolv.conf",
        "the answer to RCPT is: 450 ")]
    [InlineData("at_end chmod 2755 /usr/sbin/postdrop; chmod 0644 /usr/sbin/postdrop", "probe reason=send address=get@example.com replies=0 ")]
    [InlineData("keep /etc/mail_responder/settings.json; chmod 0600 /etc/mail_responder/settings.json; chown root: /etc/mail_responder/settings.json",
        "deferred reason=settings ")]
    [InlineData("keep /etc/postfix/master.cf; postconf -F 'responder/unix/command=pipe user=nobody argv=/bin/true'",
        "/var/log/mail_responder.log has no line of it from the responder; pipe of Postfix: sent (delivered via responder service)")]
    [InlineData("keep /etc/postfix/main.cf; postconf -e 'transport_maps=inline:{ mail_responder@localhost=responder: }'",
        "not sent: transport_maps does not lead probe.invalid to discard")]
    [InlineData("keep /etc/postfix/main.cf; postconf -e 'smtpd_milters=inet:127.0.0.1:8894' milter_default_action=tempfail", "451 ")]
    [InlineData("postfix stop", "nothing answers at 192.0.2.1")]
    public void Fault_IsFoundByTheProbeAlone(string script, string expected)
    {
        var finding = Assert.Single(server.With(script, "--probe"))!;
        var text = finding.ToJsonString();
        Assert.Equal(("probe", "fault"), ((string?)finding["name"], (string?)finding["state"]));
        Assert.True(((string?)finding["text"])!.Contains(expected, StringComparison.Ordinal), text);
        Assert.NotNull((string?)finding["remedy"]);
        AssertNothingWaits();
        AssertWell(server.Examine("--probe"));
    }

    [Fact]
    public void OtherUser_IsToldThatNothingWasLookedAt()
    {
        var run = server.Root.Run("setpriv --reuid mail_responder --regid mail_responder --clear-groups /opt/responder doctor --probe");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("warning probe  not sent: only root can", run.Output, StringComparison.Ordinal);
    }

    static void AssertWell(JsonArray findings) =>
        Assert.True((string?)Assert.Single(findings)!["state"] == "ok", findings.ToJsonString());

    void AssertNothingWaits() =>
        Patience.Until("an empty queue", () => server.Root.Run("postqueue -p 2>/dev/null || find /var/spool/postfix/deferred /var/spool/postfix/active -type f")
            .Output.Trim() is "Mail queue is empty" or "", () => server.Root.Run("postqueue -p; cat /var/log/mail.log").Said);
}
