using System.Net;
using System.Text.Json.Nodes;
using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// A healthy server: install.sh ran, its services run, name servers know it, its book has the operator's own texts, and
/// it has answered somebody.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class DoctorServer : IDisposable, ICollectionFixture<DoctorServer>
{
    /// <summary>The tests that plant faults on it, one after the other.</summary>
    public const string Collection = "Planted faults";

    private const string Dkim = "mail._domainkey.example.com";

    /// <summary>
    /// Beside the installed program, which some faults take away. The responder's user can run it too.
    /// </summary>
    private const string Program = "/opt/responder";

    /// <summary>The doctor looks at the whole server again after so many faults.</summary>
    private const int FaultsBetweenLooks = 20;

    /// <summary>
    /// A probe that finds no way through waits for twenty seconds; <see cref="ProbeFaultTests"/> has them.
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
            LeaveOutCertificates();
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

    /// <summary>Name and state of every finding before anything was planted.</summary>
    internal IReadOnlyList<string> Healthy { get; } = [];

    internal string DkimKey { get; private set; } = "";

    /// <summary>
    /// What is found. Where the machine was too busy for an answer, it is asked again, as the doctor says.
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
        // With --probe nothing may be left unseen.
        var isWell = (int)report["faults"]! == 0
            && (!options.Contains("--probe", StringComparison.Ordinal) || (int)report["warnings"]! == 0);
        Assert.Equal(isWell ? 0 : 1, run.ExitCode);
        return findings;
    }

    internal IReadOnlyList<string> States() =>
        [.. Examine("").Select(finding => $"{finding!["state"]} {finding["name"]}").Distinct()
            .Order(StringComparer.Ordinal)];

    /// <summary>
    /// That what was planted is out again: files, services and mounts are what they were. A look of the doctor costs
    /// many times as much, and so comes after every twentieth fault, and the last.
    /// </summary>
    /// <param name="last">Which fault is the last, counted from one.</param>
    internal void AssertUndone(string fault, int last)
    {
        _planted.Add(fault);
        var (before, now) = (_state, State());
        // It is told of this fault alone, not of all that come after it.
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

    /// <summary>Plants, hands over what the doctor found, and puts everything back.</summary>
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

    /// <summary>Each line once: cron has a second process while a job runs.</summary>
    private IReadOnlyList<string> State() =>
        [.. Root.Run($"{_prelude}\nstate").Good().Output.Split('\n').Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// The records that make a healthy server; one of them, by its name, may be given another text or none. A text that
    /// is an address makes an A record.
    /// </summary>
    internal void PublishRecords(string? name = null, params string[] texts)
    {
        // A TXT record of over 255 bytes has several strings.
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
        // For the faults that close a port; apt has the packages in its cache.
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
        // Nobody who is new has to wait at port 25 for six seconds, each minute anew.
        Root.Run("""
            chmod 755 /usr/local/sbin/chronyc; rsyslogd; cron; postconf -e postscreen_greet_wait=1s
            if postfix status 2>/dev/null; then postfix reload; else postfix start; fi
            """).Good();
    }

    /// <summary>
    /// Debian puts every authority's certificate into Postfix's chroot. `postfix check` starts a program for each,
    /// which is half of what the doctor costs, and none is needed here: nobody's certificate is verified.
    /// </summary>
    private void LeaveOutCertificates() => Root.Run("rm -r /var/spool/postfix/etc/ssl/certs").Good();

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
