using System.Diagnostics;
using System.Text.RegularExpressions;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Host;
using MailResponder.Tests.Postfix;

namespace MailResponder.Tests.Program;

/// <summary>Rotates the signing key. At any time each signature can be verified with the DNS of that moment.</summary>
public sealed partial class DkimRotationTests : IDisposable
{
    private readonly Workplace _place = new();

    public DkimRotationTests() => Prepare(_place);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void NextKey_SignsWhenDnsShowsIt()
    {
        Assert.Equal("mail", SelectorOfNewReply());
        var said = Good("dkim", "rotate");
        Assert.StartsWith("mail2._domainkey.example.com. 3600 IN TXT (", said, StringComparison.Ordinal);
        Assert.Equal("640", ToolRun.Of("stat", "-c", "%a", _place.PathTo("dkim.key.next")).AssertDone().Trim());
        Assert.Equal("mail", SelectorOfNewReply());
        AssertWaits("mail2._domainkey.example.com does not exist yet");

        Publish("mail2", RecordIn(said));
        // Only the command that cron runs queries DNS.
        Assert.Equal("mail", SelectorOfNewReply());
        said = Good("dkim", "switch");
        Assert.StartsWith("mail2 signs from now on. Leave mail._domainkey.example.com in ", said,
            StringComparison.Ordinal);

        Assert.Equal("mail2", SelectorOfNewReply());
        Assert.StartsWith("mail2._domainkey.example.com. 3600 IN ", Good("dkim", "record"), StringComparison.Ordinal);
        // install.sh asks in this way, with the name of the first key.
        string[] asked = ["dkim", "record", "--domain", "example.com", "--selector", "mail", "--key",
            _place.PathTo("dkim.key")];
        Assert.StartsWith("mail2._domainkey.example.com. 3600 IN ", Good(asked), StringComparison.Ordinal);
        Assert.Contains("0 fault(s)", Good("config", "check"), StringComparison.Ordinal);
        Assert.Equal("no key waits\n", Good("dkim", "switch"));
        AssertAllVerify();
    }

    [Fact]
    public void ThirdKey_WaitsForSevenDays()
    {
        Publish("mail2", RecordIn(Good("dkim", "rotate")));
        Good("dkim", "switch");

        var early = Run("dkim", "rotate");
        Assert.Equal((75, ""), (early.ExitCode, early.OutputText));
        Assert.Contains("mail._domainkey.example.com is needed until ", early.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_place.PathTo("dkim.key.next")));

        File.SetLastWriteTimeUtc(_place.PathTo("dkim.key.old"), DateTime.UtcNow.AddDays(-7).AddMinutes(-1));
        Publish("mail3", RecordIn(Good("dkim", "rotate")));
        Good("dkim", "switch");
        Assert.Equal("mail3", SelectorOfNewReply());
        AssertAllVerify();
    }

    [Fact]
    public void RotateRunAgain_PrintsTheSameRecord()
    {
        var all = Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4)
            .Select(_ => Good("dkim", "rotate")).ToList();
        Assert.Single(all.Select(RecordIn).Distinct());
        Assert.Single(all, said => said.Contains("was made", StringComparison.Ordinal));
        Assert.Equal(RecordIn(all[0]), RecordIn(Good("dkim", "rotate", "--selector", "another")));
    }

    [Theory]
    [InlineData("has a different key from", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAanother")]
    [InlineData("is cut short", "v=DKIM1; k=rsa; p=SHORT")]
    [InlineData("says that the key is revoked", "v=DKIM1; k=rsa; p=")]
    [InlineData("is not a DKIM record", "v=spf1 -all")]
    [InlineData("only tests DKIM", "v=DKIM1; k=rsa; t=y; p=KEY")]
    [InlineData("has 2 TXT records", "v=DKIM1; k=rsa; p=KEY", "v=DKIM1; k=rsa; p=KEY")]
    [InlineData("the resolver does not answer")]
    public void WrongRecord_LeavesTheKeyOfNow(string problem, params string[] records)
    {
        var key = RecordIn(Good("dkim", "rotate")).Split("p=")[1];
        Publish("mail2", [.. records.Select(text => text.Replace("KEY", key, StringComparison.Ordinal)
            .Replace("SHORT", key[..100], StringComparison.Ordinal))]);
        if (records.Length == 0) File.WriteAllText(_place.PathTo("dns/silent"), "");

        AssertWaits(problem);

        Assert.Equal("mail", SelectorOfNewReply());
        Assert.False(File.Exists(_place.PathTo("dkim.key.old")));
    }

    /// <summary>
    /// The key file has the owner and mode that root's `openssl genrsa` or an operator's copy leaves.
    /// </summary>
    [Fact]
    public void KeyThatTheServiceCannotRead_NeverSigns()
    {
        var key = _place.PathTo("etc/dkim.key");
        _place.Settings["dkim"]!["key_file"] = key;
        _place.Write();
        _place.GiveTo("mail_responder");
        // Root makes no key in another user's folder.
        Directory.CreateDirectory(_place.PathTo("etc"));
        File.Move(_place.PathTo("dkim.key"), key);
        Publish("mail2", RecordIn(Good("dkim", "rotate", "--selector", "mail2")));
        var stat = ToolRun.Of("stat", "-c", "%U %G %a", key + ".next").AssertDone();
        Assert.Equal("root mail_responder 640\n", stat);
        ToolRun.Of("chown", "root:root", key + ".next").AssertDone();

        var run = Run("dkim", "switch");

        Assert.Equal((78, ""), (run.ExitCode, run.OutputText));
        Assert.Contains("dkim.key.next: the user mail_responder may not ", run.Errors, StringComparison.Ordinal);
        var check = Run("config", "check");
        Assert.Equal(78, check.ExitCode);
        Assert.Contains("dkim.key_file: DKIM key", check.OutputText, StringComparison.Ordinal);
        Assert.Contains("dkim.key.next: the user mail_responder may not", check.OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "must name the selector")]
    [InlineData("Selector: a b\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
        "must name the selector")]
    [InlineData("Selector: mail2\nnothing\n", "holds no RSA private key")]
    [InlineData("Selector: ", "must name the selector")]
    public void DamagedNextKey_IsAFaultAndNeverSigns(string text, string fault)
    {
        _place.WriteSecret("dkim.key.next", text);
        Publish("mail2", "v=DKIM1; k=rsa; p=AA==");

        Assert.Equal(78, Run("dkim", "switch").ExitCode);
        Assert.Contains(fault, Run("config", "check").OutputText, StringComparison.Ordinal);
        Assert.Equal("mail", SelectorOfNewReply());
    }

    [Fact]
    public void SelectorOfNow_IsNoNameForTheNextKey()
    {
        var run = Run("dkim", "rotate", "--selector", "mail");
        Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
        Assert.Contains("give --selector", run.Errors, StringComparison.Ordinal);
        Assert.Equal(64, Run("dkim", "rotate", "--selector", "a b").ExitCode);
        Assert.False(File.Exists(_place.PathTo("dkim.key.next")));
    }

    [Theory]
    [InlineData("rotate", "kill9")]
    [InlineData("rotate", "28")]
    [InlineData("switch", "kill9")]
    [InlineData("switch", "28")]
    public void BrokenOffAtAnyCall_IsCompletedByTheNext(string command, string action)
    {
        var failures = new List<string>();
        for (var number = 1; ; number++)
        {
            using var other = new Workplace();
            Prepare(other);
            var record = "";
            if (command == "switch") Publish(other, "mail2", record = RecordIn(Good(other, "dkim", "rotate")));
            var rule = $"env LD_PRELOAD={FaultLibrary.File} FAULTS_LOG={other.PathTo("log")} "
                + $"FAULTS=write,*,{number},1,{action} FAULTS_COUNT={other.PathTo("calls")}";
            Run(other, rule, "dkim", command);
            try
            {
                Assert.Contains(SelectorOfNewReply(other), (string[])["mail", "mail2"]);
                if (command == "rotate") Publish(other, "mail2", record = RecordIn(Good(other, "dkim", "rotate")));
                Good(other, "dkim", "switch");
                Assert.Equal("mail2", SelectorOfNewReply(other));
                AssertAllVerify(other);
                Assert.Equal(2, Directory.GetFiles(other.Folder, "dkim.key*").Length);
            }
            catch (Exception exception)
            {
                failures.Add($"{command}, {action} at {number}: {exception.Message}");
            }

            if (File.Exists(other.PathTo("calls")) && File.ReadAllLines(other.PathTo("calls")).Length < number) break;
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>Sets up DNS as a folder: for each selector a file with its TXT records in dnsmasq's format.</summary>
    private static void Prepare(Workplace place)
    {
        Directory.CreateDirectory(place.PathTo("dns"));
        // No server listens at this address.
        File.WriteAllText(place.PathTo("resolv.conf"), "nameserver 127.0.0.53\n");
        Publish(place, "mail", $"v=DKIM1; k=rsa; p={Workplace.DkimPublicKey}");
    }

    private void Publish(string selector, params string[] records) => Publish(_place, selector, records);

    private static void Publish(Workplace place, string selector, params string[] records)
    {
        static string Quoted(string text) =>
            string.Join(',', text.Chunk(250).Select(part => $"\"{new string(part)}\""));
        File.WriteAllLines(place.PathTo("dns/" + selector),
            records.Select(text => $"txt-record={selector}._domainkey.example.com,{Quoted(text)}"));
    }

    private ProgramRun Run(params string[] arguments) => Run(_place, "", arguments);

    /// <summary>Runs a command with a name server that knows only the records published here.</summary>
    private static ProgramRun Run(Workplace place, string how, params string[] arguments)
    {
        using var server = arguments.Contains("switch") && !File.Exists(place.PathTo("dns/silent"))
            ? new NameServer([.. Directory.GetFiles(place.PathTo("dns")).SelectMany(File.ReadAllLines)
                .Select(line => line.Replace("\"", "", StringComparison.Ordinal))]) : null;
        if (server is not null)
            File.WriteAllText(place.PathTo("resolv.conf"), $"nameserver {server.Address}\n");
        var mount = $"mount --bind {place.PathTo("resolv.conf")} /etc/resolv.conf";
        return ResponderProcess.Run($"""exec unshare --mount sh -c '{mount} && exec {how} "$@"' sh "$@" """, [],
            [.. arguments, "--settings", place.SettingsFile]);
    }

    private string Good(params string[] arguments) => Good(_place, arguments);

    private static string Good(Workplace place, params string[] arguments)
    {
        var run = Run(place, "", arguments);
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}: {run.OutputText}{run.Errors}");
        return run.OutputText;
    }

    private void AssertWaits(string problem)
    {
        var run = Run("dkim", "switch");
        Assert.Equal(75, run.ExitCode);
        Assert.StartsWith("the next key waits: ", run.OutputText, StringComparison.Ordinal);
        Assert.Contains(problem, run.OutputText, StringComparison.Ordinal);
    }

    private string SelectorOfNewReply() => SelectorOfNewReply(_place);

    private static string SelectorOfNewReply(Workplace place)
    {
        var before = place.Outbox.ToHashSet();
        place.Filter(RequestMail.FromSomebodyNew(), "--recipient", "links@example.com").AssertDone();
        var reply = place.Outbox.Single(file => !before.Contains(file));
        return Selector().Match(File.ReadAllText(reply)).Groups[1].Value;
    }

    /// <summary>Returns the text of a record in a zone file, with its strings joined.</summary>
    private static string RecordIn(string zone) =>
        string.Concat(QuotedText().Matches(zone).Select(match => match.Groups[1].Value));

    private void AssertAllVerify() => AssertAllVerify(_place);

    /// <summary>Verifies all replies with python3-dkim and the published records.</summary>
    private static void AssertAllVerify(Workplace place)
    {
        const string script = """
            import re, sys, dkim
            def ask(name, timeout=5):
                text = open(sys.argv[1] + "/" + name.decode().split(".")[0]).read()
                return "".join(re.findall('"([^"]*)"', text)).encode()
            for name in sys.argv[2:]:
                print(dkim.verify(open(name, "rb").read(), dnsfunc=ask))
            """;
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", script, place.PathTo("dns"), .. place.Outbox])
        {
            RedirectStandardOutput = true,
        };
        using var python = Process.Start(start)!;
        var said = python.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Repeat("True", place.Outbox.Count), said);
    }

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex QuotedText();

    [GeneratedRegex(@"^DKIM-Signature:[^;]*;(?:.|\n)*?\bs=([^;\s]+);", RegexOptions.Multiline)]
    private static partial Regex Selector();
}
