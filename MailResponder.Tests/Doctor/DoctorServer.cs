using System.Text.Json.Nodes;
using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// A healthy server: install.sh ran, its services run, name servers know it, its book has the operator's own texts, and
/// it has answered somebody.
/// </summary>
public sealed class DoctorServer : IDisposable
{
    const string Dkim = "mail._domainkey.example.com";

    /// <summary>Beside the installed program, which some faults take away. The responder's user can run it too.</summary>
    const string Program = "/opt/responder";

    readonly string prelude;

    public DoctorServer()
    {
        Root = new ServerRoot(ServerRoots.Debian);
        try
        {
            prelude = File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Doctor", "plant.sh"));
            Install();
            PublishRecords();
            WriteBook();
            Start();
            BeAsked();
            Healthy = States();
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

    /// <summary>What is found. Where the machine was too busy for an answer, it is asked again, as the doctor says.</summary>
    internal JsonArray Examine(string options = "")
    {
        var findings = ExamineOnce(options);
        for (var again = 0; again < 3 && findings.Any(finding => ((string)finding!["text"]!).Contains(" in time", StringComparison.Ordinal)); again++)
            findings = ExamineOnce(options);
        return findings;
    }

    JsonArray ExamineOnce(string options)
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
        [.. Examine().Select(finding => $"{finding!["state"]} {finding["name"]}").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>That whatever was planted is out again.</summary>
    internal void AssertHealthy()
    {
        var findings = Examine();
        var states = findings.Select(finding => $"{finding!["state"]} {finding["name"]}").Distinct().Order(StringComparer.Ordinal);
        var others = findings.Where(finding => (string?)finding!["state"] != "ok").Select(finding => finding!.ToJsonString());
        Assert.True(Healthy.SequenceEqual(states), string.Join('\n', others));
    }

    /// <summary>Plants, hands over what the doctor found, and puts everything back.</summary>
    internal JsonArray With(string script, string options = "") => With(script, () => Examine(options));

    internal T With<T>(string script, Func<T> look)
    {
        try
        {
            Root.Run($"{prelude}\n{script}\nsettle").Good();
            return look();
        }
        finally
        {
            Root.Run($"{prelude}\nput_back").Good();
        }
    }

    /// <summary>The records that make a healthy server; one of them, by its name, may be given another text or none.</summary>
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
            .Select(record => $"txt-record={record.Name},{string.Join(',', record.Text.Chunk(250).Select(part => $"\"{new string(part)}\""))}");
        Root.Outside.AnswerNames([.. lines]);
        Patience.Until("the name server", () => Root.Run("host -W 1 -t MX example.com").ExitCode == 0);
    }

    public void Dispose() => Root.Dispose();

    void Install()
    {
        Root.Run("mkdir -p /root/release").Good();
        foreach (var part in (string[])["install.sh", "postfix", "rsyslog", "system", "samples"])
            Root.CopyIn(Repository.PathTo(part), "/root/release/" + part);
        Root.CopyIn(ResponderProcess.Binary, "/root/release/responder");
        Root.CopyIn(ResponderProcess.Binary, Program);
        Root.Run("/root/release/install.sh --domain example.com --support team@freemail.test --no-packages").Good();
        DkimKey = Root.Run("openssl rsa -in /etc/mail_responder/dkim.key -pubout 2>/dev/null | grep -v -- -----").Good()
            .Output.ReplaceLineEndings("");
    }

    void WriteBook()
    {
        Root.Run("""
            cd /var/lib/mail_responder/files && mkdir tools && echo tool >tools/tool.zip
            chown -R mail_responder:mail_responder tools
            """).Good();
        Root.Write("/etc/mail_responder/responses.json",
            """[ { "email_addr": "get@example.com", "body": "https://example.com/", "attachments": [["tools", "tool.zip", "tool.zip"]] } ]""" + "\n");
    }

    void Start()
    {
        Root.Write("/usr/local/sbin/chronyc", "#!/bin/sh\necho 'System time : 0.000012345 seconds slow of NTP time'\necho 'Leap status : Normal'\n");
        // Nobody who is new has to wait at port 25 for six seconds, each minute anew.
        Root.Run("""
            chmod 755 /usr/local/sbin/chronyc; rsyslogd; cron; postconf -e postscreen_greet_wait=1s
            if postfix status 2>/dev/null; then postfix reload; else postfix start; fi
            """).Good();
    }

    void BeAsked()
    {
        Root.Outside.Send(RequestMail.FromSomebodyNew()).Good();
        Patience.Until("the reply's log line", () => Root.Run("grep -c replied /var/log/mail_responder.log").ExitCode == 0,
            () => Root.Run("cat /var/log/mail.log /var/log/mail_responder.log").Said);
        Patience.Until("an empty queue", () => Root.Run("postqueue -p").Output.Contains("is empty", StringComparison.Ordinal));
    }
}
