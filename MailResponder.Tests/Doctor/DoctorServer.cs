using System.Net;
using System.Text.Json.Nodes;
using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// A healthy server: installed by install.sh, with its services running and its names in DNS. Its book has the
/// operator's own texts, and it has answered a request.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class DoctorServer : IDisposable, ICollectionFixture<DoctorServer>
{
    /// <summary>The collection of the tests that plant faults on this server, one after the other.</summary>
    public const string Collection = "Planted faults";

    private const string Dkim = "mail._domainkey.example.com";

    /// <summary>
    /// A copy of the program in another place, because some faults remove the installed one. The responder's user can
    /// run it too.
    /// </summary>
    private const string Program = "/opt/responder";

    /// <summary>The number of faults after which the doctor examines the whole server again.</summary>
    private const int FaultsBetweenLooks = 20;

    /// <summary>
    /// Skips the probe. A probe that does not get through takes twenty seconds; <see cref="ProbeFaultTests"/> tests
    /// those.
    /// </summary>
    private const string NoProbe = "--no-probe";

    private readonly string _prelude;
    private readonly List<string> _planted = [];
    private IReadOnlyList<string> _state = [];

    public DoctorServer()
    {
        Root = new ServerRoot(ServerRoots.Debian);
        try
        {
            _prelude = File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Doctor", "plant.sh"));
            Install();
            PublishRecords();
            WriteBook();
            Start();
            BeAsked();
            Healthy = States();
            _state = State();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ServerRoot Root { get; }

    /// <summary>The name and state of every finding before any fault was planted.</summary>
    internal IReadOnlyList<string> Healthy { get; } = [];

    internal string DkimKey { get; private set; } = "";

    /// <summary>
    /// Returns the doctor's findings. If the machine was too busy to answer in time, asks again, as the doctor advises.
    /// </summary>
    internal JsonArray Examine(string options = NoProbe)
    {
        var findings = ExamineOnce(options);
        for (var again = 0; again < 3 && findings.Any(
            finding => ((string)finding!["text"]!).Contains(" in time", StringComparison.Ordinal)); again++)
            findings = ExamineOnce(options);
        return findings;
    }

    private JsonArray ExamineOnce(string options)
    {
        var run = Root.Run($"{Program} doctor --json {options}");
        Assert.True(run.ExitCode is 0 or 1, run.Said);
        var report = JsonNode.Parse(run.Output)!;
        var findings = report["findings"]!.AsArray();
        Assert.Equal(findings.Count(finding => (string?)finding!["state"] == "fault"), (int)report["faults"]!);
        // With --probe there must be no warning either.
        var isWell = (int)report["faults"]! == 0
            && (!options.Contains("--probe", StringComparison.Ordinal) || (int)report["warnings"]! == 0);
        Assert.Equal(isWell ? 0 : 1, run.ExitCode);
        return findings;
    }

    internal IReadOnlyList<string> States() =>
        [.. Examine("").Select(finding => $"{finding!["state"]} {finding["name"]}").Distinct()
            .Order(StringComparer.Ordinal)];

    /// <summary>
    /// Asserts that a planted fault is undone: files, services and mounts are as before. An examination by the doctor
    /// costs many times as much, so it follows only every twentieth fault and the last.
    /// </summary>
    /// <param name="last">The number of the last fault, counted from one.</param>
    internal void AssertUndone(string fault, int last)
    {
        _planted.Add(fault);
        var (before, now) = (_state, State());
        // Report this fault alone, not with all the later ones.
        _state = now;
        Assert.True(before.SequenceEqual(now), $"{fault} was not undone:\n" + string.Join('\n',
            [.. before.Except(now).Select(line => "- " + line), .. now.Except(before).Select(line => "+ " + line)]));
        if (_planted.Count % FaultsBetweenLooks != 0 && _planted.Count != last) return;
        var findings = Examine("");
        var states = findings.Select(finding => $"{finding!["state"]} {finding["name"]}").Distinct()
            .Order(StringComparer.Ordinal);
        var others = findings.Where(finding => (string?)finding!["state"] != "ok")
            .Select(finding => finding!.ToJsonString());
        Assert.True(Healthy.SequenceEqual(states), string.Join('\n',
            [$"not healthy after {string.Join(", ", _planted.TakeLast(FaultsBetweenLooks))}:", .. others]));
    }

    /// <summary>Plants a fault, returns the doctor's findings, and undoes the fault.</summary>
    internal JsonArray With(string script, string options = NoProbe) => With(script, () => Examine(options));

    internal T With<T>(string script, Func<T> look)
    {
        try
        {
            Root.Run($"{_prelude}\n{script}\nsettle").Good();
            return look();
        }
        finally
        {
            Root.Run($"{_prelude}\nput_back").Good();
        }
    }

    /// <summary>Returns the state, each line once: cron has a second process while a job runs.</summary>
    private IReadOnlyList<string> State() =>
        [.. Root.Run($"{_prelude}\nstate").Good().Output.Split('\n').Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// Publishes the records of a healthy server. One of them, selected by name, may get other texts or none. A text
    /// that is an address makes an A record.
    /// </summary>
    internal void PublishRecords(string? name = null, params string[] texts)
    {
        // A TXT record longer than 255 bytes has several strings.
        (string Name, string Text)[] records =
        [
            (Dkim, $"v=DKIM1; k=rsa; p={DkimKey}"),
            ("example.com", "v=spf1 mx ~all"),
            ("_dmarc.example.com", "v=DMARC1; p=none"),
        ];
        var lines = records.Where(record => record.Name != name).Concat(texts.Select(text => (Name: name!, Text: text)))
            .Select(record => IPAddress.TryParse(record.Text, out _) ? $"address=/{record.Name}/{record.Text}"
                : $"txt-record={record.Name},"
                    + string.Join(',', record.Text.Chunk(250).Select(part => $"\"{new string(part)}\"")));
        Root.Outside.AnswerNames([.. lines]);
    }

    public void Dispose() => Root.Dispose();

    private void Install()
    {
        Root.Run("mkdir -p /root/release").Good();
        foreach (var part in (string[])["install.sh", "postfix", "rsyslog", "system", "samples"])
            Root.CopyIn(Repository.PathTo(part), "/root/release/" + part);
        Root.CopyIn(ResponderProcess.Binary, "/root/release/responder");
        Root.CopyIn(ResponderProcess.Binary, Program);
        Root.Run("/root/release/install.sh --domain example.com --support team@freemail.test --no-packages").Good();
        // The faults that close a port need these. apt has the packages in its cache.
        Root.Run("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nftables iptables").Good();
        DkimKey = Root.Run("openssl rsa -in /etc/mail_responder/dkim.key -pubout 2>/dev/null | grep -v -- -----").Good()
            .Output.ReplaceLineEndings("");
    }

    private void WriteBook()
    {
        Root.Run("""
            cd /var/lib/mail_responder/files && mkdir tools && echo tool >tools/tool.zip
            chown -R mail_responder:mail_responder tools
            """).Good();
        Root.Write("/etc/mail_responder/responses.json",
            """
            [ { "email_addr": "get@example.com", "body": "https://example.com/",
                "attachments": [["tools", "tool.zip", "tool.zip"]] } ]

            """);
    }

    private void Start()
    {
        Root.Write("/usr/local/sbin/chronyc",
            "#!/bin/sh\necho 'System time : 0.000012345 seconds slow of NTP time'\necho 'Leap status : Normal'\n");
        // A new client does not wait at port 25 for six seconds, again every minute.
        Root.Run("""
            chmod 755 /usr/local/sbin/chronyc; rsyslogd; cron; postconf -e postscreen_greet_wait=1s
            if postfix status 2>/dev/null; then postfix reload; else postfix start; fi
            """).Good();
    }

    private void BeAsked()
    {
        Root.Outside.Send(RequestMail.FromSomebodyNew()).Good();
        Patience.Until("the reply's log line", () =>
            Root.Run("grep -c replied /var/log/mail_responder.log").ExitCode == 0,
            () => Root.Run("cat /var/log/mail.log /var/log/mail_responder.log").Said);
        Patience.Until("an empty queue", () =>
            Root.Run("postqueue -p").Output.Contains("is empty", StringComparison.Ordinal));
    }
}
