using System.Text.Json.Nodes;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// Runs `responder doctor --probe`, which sends its own request through the whole chain, and checks what it reports
/// about faults.
/// </summary>
[Collection(DoctorServer.Collection)]
public sealed class ProbeFaultTests(DoctorServer server)
{
    private const string Probe = "/opt/responder doctor --probe";
    private const string OnMainCf = "keep /etc/postfix/main.cf; postconf -e ";
    private const string Resolver = "/var/spool/postfix/etc/resolv.conf";
    private const string Settings = "/etc/mail_responder/settings.json";

    [Fact]
    public void Probes_AreAnsweredAtTheSameTime_AndCountNowhere()
    {
        var before = Counted();
        var run = server.Root.Run($$"""
            cd /tmp && for i in 1 2 3; do ({{Probe}} >"said$i"; echo "exit $?" >>"said$i") & done; wait
            cat said1 said2 said3
            """).Good();

        var said = run.Output.TrimEnd().Split('\n');
        Assert.Equal(9, said.Length);
        Assert.All(said.Chunk(3), lines => Assert.Matches(
            "^ok      probe  get@example\\.com at port 25 of 192\\.0\\.2\\.1 answered in [0-9.]+ s "
            + "\\(port 25 [0-9.]+, responder [0-9.]+, reply [0-9.]+\\): "
            + "followed the first reply, without attachments, to Postfix's discard\n"
            + "0 fault\\(s\\), 0 warning\\(s\\), 1 ok\nexit 0$",
            string.Join('\n', lines)));
        AssertNothingIsLeft(before);
    }

    /// <summary>Postfix holds the request until the probe no longer waits for it.</summary>
    [Fact]
    public void ProbeThatWasKilled_LeavesNothing()
    {
        var before = Counted();
        server.With(OnMainCf + $"""
            smtpd_end_of_data_restrictions='check_client_access static:HOLD'
            postfix reload
            {Probe} >/dev/null & probe=$!
            until ls /var/spool/postfix/hold | grep -q .; do sleep 0.05; done
            kill -KILL "$probe"
            """, () => true);
        server.Root.Run("postsuper -H ALL && postqueue -f").Good();
        AssertNothingIsLeft(before);
    }

    /// <summary>Faults that the checks of single parts do not see, or could only guess.</summary>
    [Theory]
    [InlineData("keep /etc/postfix/header_checks; rm /etc/postfix/header_checks", "the answer to the message is: 451 ")]
    [InlineData(OnMainCf + "defer_transports=responder", "deferred (deferred transport)")]
    [InlineData($"keep {Resolver}; printf 'nameserver 192.0.2.9\\noptions timeout:1 attempts:1\\n' >{Resolver}",
        "the answer to RCPT is: 450 ")]
    [InlineData("at_end chmod 2555 /usr/sbin/postdrop; chmod 0644 /usr/sbin/postdrop",
        "the responder: send: ")]
    [InlineData($"keep {Settings}; chmod 0600 {Settings}; chown root: {Settings}", "the responder: settings: ")]
    [InlineData("keep /etc/postfix/master.cf; postconf -F 'responder/unix/command=pipe user=nobody argv=/bin/true'",
        "log has no line about it from the responder; Postfix's pipe: sent (delivered via responder service)")]
    [InlineData(OnMainCf + "'transport_maps=inline:{ mail_responder@localhost=responder: }'",
        "not sent: transport_maps does not route probe.invalid to discard")]
    [InlineData(OnMainCf + "smtpd_milters=inet:127.0.0.1:8894 milter_default_action=tempfail", "451 ")]
    [InlineData("postfix stop", "nothing answers at 192.0.2.1")]
    public void Fault_IsFoundByTheProbeAlone(string script, string expected)
    {
        var before = Counted();
        var finding = Assert.Single(server.With(script, "--probe"))!;
        Assert.Equal(("probe", "fault"), ((string?)finding["name"], (string?)finding["state"]));
        Assert.Contains(expected, (string?)finding["text"], StringComparison.Ordinal);
        Assert.NotNull((string?)finding["remedy"]);
        AssertWell(server.Examine("--probe"));
        AssertNothingIsLeft(before);
    }

    [Fact]
    public void OtherUser_IsToldThatNothingWasLookedAt()
    {
        const string other = "setpriv --reuid mail_responder --regid mail_responder --clear-groups ";
        var run = server.Root.Run(other + Probe);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("warning probe  not sent: only root can", run.Output, StringComparison.Ordinal);
    }

    private static void AssertWell(JsonArray findings) =>
        Assert.True((string?)Assert.Single(findings)!["state"] == "ok", findings.ToJsonString());

    /// <summary>Returns the counts of the database and the sums of the log.</summary>
    private string Counted()
    {
        var database = server.Root.Run("responder database status; responder blacklist show").Good().Output;
        var log = server.Root.Run("responder stats --json --log /var/log/mail_responder-events.log").Good().Output;
        return database + JsonNode.Parse(log)!["messages"]!.ToJsonString();
    }

    private void AssertNothingIsLeft(string counted)
    {
        Patience.Until("an empty queue",
            () => server.Root.Run("postqueue -p").Output.Contains("is empty", StringComparison.Ordinal),
            () => server.Root.Run("postqueue -p; cat /var/log/mail.log").Said);
        Assert.Equal(counted, Counted());
        Assert.DoesNotContain(server.Root.Outside.MailFiles,
            file => File.ReadAllText(file).Contains("probe", StringComparison.Ordinal));
    }
}
