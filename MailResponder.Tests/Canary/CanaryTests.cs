using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Canary;

/// <summary>
/// Runs `responder canary` against a mail provider set up by the test, with all that can happen to a reply there.
/// </summary>
[Collection("Postfix")]
public sealed class CanaryTests(Provider provider) : IClassFixture<Provider>
{
    private const string AllWell = "ok seconds=# replies=2/2 folder=inbox spf=pass dkim=pass dmarc=pass signature=pass "
        + "attachments=1/1";

    [Fact]
    public void AllWell_IsALineForEachMailbox()
    {
        JsonObject[] Both() => [provider.Mailbox("early"), provider.Mailbox("late", starttls: true)];
        // No quota applies to the canary; a person would get one answer a day.
        for (var i = 0; i < 2; i++)
        {
            var run = provider.Look("", Both());
            Assert.Equal($"early {AllWell}\nlate {AllWell}\n", Lines(run.OutputText));
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
            AssertLeftNothing("early", "late");
        }

        var json = provider.Look("", Both(), "", "--json");
        var reports = JsonDocument.Parse(json.OutputText).RootElement.EnumerateArray().ToList();
        Assert.Equal(["early", "late"], reports.Select(report => report.GetProperty("mailbox").GetString()));
        Assert.All(reports, report =>
        {
            Assert.Equal("ok", report.GetProperty("result").GetString());
            Assert.Equal((2, 2, 0),
                (report.GetProperty("replies").GetInt32(), report.GetProperty("expected").GetInt32(),
                report.GetProperty("in_junk").GetInt32()));
            Assert.Equal(("pass", "pass"),
                (report.GetProperty("dmarc").GetString(), report.GetProperty("signature").GetString()));
            Assert.Empty(report.GetProperty("problems").EnumerateArray());
        });
    }

    [Theory]
    [InlineData("folder=none", "wrong seconds=- replies=0/2 folder=- spf=- dkim=- dmarc=- signature=- attachments=0/1: "
        + "2 of 2 replies missing after 3 s")]
    [InlineData("folder=Spamverdacht", "wrong seconds=# replies=2/2 folder=junk spf=pass dkim=pass dmarc=pass "
        + "signature=pass attachments=1/1: 2 of 2 replies taken for spam")]
    [InlineData("results='spf=softfail smtp.mailfrom=a@example.com; dkim=fail header.d=example.com; dmarc=fail'",
        "wrong seconds=# replies=2/2 folder=inbox spf=softfail dkim=fail dmarc=fail signature=pass attachments=1/1: "
        + "the provider reports spf=softfail; the provider reports dkim=fail; the provider reports dmarc=fail")]
    [InlineData("results=none", "ok seconds=# replies=2/2 folder=inbox spf=- dkim=- dmarc=- signature=pass "
        + "attachments=1/1")]
    // Below the next host's Received, anybody may have written the field.
    [InlineData("results=none; filter='printf \"Received: by mx\\nAuthentication-Results: "
        + "mx.freemail.test; spf=fail\\n\"; cat'",
        "ok seconds=# replies=2/2 folder=inbox spf=- dkim=- dmarc=- signature=pass attachments=1/1")]
    [InlineData("filter=\"sed 's/^Links:/Likns:/'\"", "wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass "
        + "dmarc=pass signature=broken attachments=1/1: a signature is not valid: the reply was changed on its way, or "
        + "DNS has another key; get@example.com, entry 1: the text differs")]
    [InlineData("filter=\"sed '/^DKIM-Signature:/,/^[^ \\t]*:/{/^DKIM-Signature:/d;/^[ \\t]/d}'\"",
        "wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass dmarc=pass signature=none attachments=1/1: "
        + "a reply has no signature of our domain")]
    // Changes two characters of the attachment's base64.
    [InlineData("filter=\"sed 's/^AAcOFRwj/AAcOFRwk/'\"", "wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass "
        + "dmarc=pass signature=broken attachments=0/1: a signature is not valid: the reply was changed on its way, or "
        + "DNS has another key; get@example.com, entry 2: tool.zi_ differs from the file of the response book")]
    [InlineData("filter=\"sed 's/tool.zi_/tool.zip/'\"", "wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass "
        + "dmarc=pass signature=broken attachments=0/1: a signature is not valid: the reply was changed on its way, or "
        + "DNS has another key; get@example.com, entry 2: tool.zi_ is missing; it came as tool.zip")]
    [InlineData("filter=\"sed 's/^\\(--[^ ]*\\)--$/\\1\\nContent-Type: application\\/zip; "
        + "name=\\\"=?utf-8?q?more=1b.zip?=\\\"\\n\\nx\\n&/'\"",
        "wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass dmarc=pass signature=broken attachments=1/1: "
        + "a signature is not valid: the reply was changed on its way, or DNS has another key; get@example.com, "
        + "entry 2: more\\u001b.zip was not expected")]
    public void WhatHappensToAReply_IsSaid(string onTheWay, string expected)
    {
        var isGood = expected.StartsWith("ok", StringComparison.Ordinal);
        string[] wait = onTheWay == "folder=none" ? ["--wait", "3"] : ["--wait", "20"];
        var run = provider.Look(onTheWay, [provider.Mailbox("some")], "", wait);
        Assert.Equal($"some {expected}\n", Lines(isGood ? run.OutputText : run.Errors));
        Assert.Equal((isGood ? 0 : 1, ""), (run.ExitCode, isGood ? run.Errors : run.OutputText));
        provider.Settle();
        AssertLeftNothing("some");
    }

    /// <summary>The links of a pool and the quota depend on the key in force, as they do for every requester.</summary>
    [Fact]
    public void KeyThatIsNotInForceYet_IsNoDifference()
    {
        var links = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"\"https://{i}.example/\""));
        provider.Place.Settings["response_book"] = "pool.json";
        File.WriteAllText(provider.Place.PathTo("pool.json"),
            $$$"""
            { "pools": { "mirrors": { "each": 2, "days": 7, "links": [{{{links}}}] } },
              "entries": [ { "email_addr": "pool@example.com", "body": "links {{mirrors}}", "attachments": null } ] }
            """);
        try
        {
            AssertOk();
            Blacklist("rotate-key");
            AssertOk();
            Blacklist("reset");
            AssertOk();
        }
        finally
        {
            provider.Place.Settings["response_book"] = "responses.json";
        }

        void Blacklist(string command) => Assert.Equal(0, ResponderProcess.Run(
            "exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups \"$@\"", [],
            ["blacklist", command, "--settings", provider.Place.SettingsFile]).ExitCode);

        void AssertOk()
        {
            var run = provider.Look("", [provider.Mailbox("pool", request: "pool@example.com")], "", "--wait", "20");
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        }
    }

    [Fact]
    public void LateReply_IsMissing_AndDeletedByTheNextRun()
    {
        var foreign = provider.Put("slow", "From: friend@example.net\nMessage-ID: <a@example.net>\n"
            + $"In-Reply-To: <canary-{new string('a', 32)}.1@freemail.test>\nSubject: hello\n\nhello\n");
        var run = provider.Look("delay=5", [provider.Mailbox("slow", request: "links@example.com")], "", "--wait", "2");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(": 1 of 1 replies missing after 2 s", run.Errors, StringComparison.Ordinal);
        Patience.Until("the late reply", () => provider.MailsOf("slow").Length == 2, () => provider.Logs);

        run = provider.Look("", [provider.Mailbox("slow", request: "links@example.com")], "", "--wait", "30");
        // The earlier reply is younger than this run's waiting time, so it may belong to a run of another host.
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(2, provider.MailsOf("slow").Length);
        Thread.Sleep(2000);
        run = provider.Look("", [provider.Mailbox("slow", request: "links@example.com")], "", "--wait", "2");
        Assert.DoesNotContain("2/1", run.OutputText, StringComparison.Ordinal);
        Patience.Until("only the other mail is left", () => provider.MailsOf("slow").Length == 1);
        Assert.Equal(Path.GetFileName(foreign).Split(':')[0],
            Path.GetFileName(provider.MailsOf("slow")[0]).Split(':')[0].Split(',')[0]);
    }

    [Fact]
    public void KeyInDns_IsLookedAt()
    {
        using var other = RSA.Create(2048);
        using var wrong = new NameServer(
            Provider.Key("mail", Convert.ToBase64String(other.ExportSubjectPublicKeyInfo())));
        using var without = new NameServer("txt-record=example.com,v=spf1 -all");
        foreach (var (server, signature, problem) in ((string, string, string)[])
            [
                (wrong.Address, "wrong-key", "the DKIM key in DNS is not the one that signs"),
                (without.Address, "no-key", "DNS has no DKIM key for a signature"),
                ("127.53.53.53", "dns-silent", "no signature verified: the resolver does not answer"),
            ])
        {
            var run = provider.Look("", [provider.Mailbox("dns")], server);
            Assert.Equal("dns wrong seconds=# replies=2/2 folder=inbox spf=pass dkim=pass dmarc=pass "
                + $"signature={signature} attachments=1/1: {problem}\n", Lines(run.Errors));
            Assert.Equal(1, run.ExitCode);
        }
    }

    [Fact]
    public void FullMailbox_IsNamed()
    {
        provider.Put("full", $"From: friend@example.net\nSubject: large\n\n{new string('x', 70)}\n"
            + string.Concat(Enumerable.Repeat(new string('y', 70) + "\n", 16_000)));
        var run = provider.Look("", [provider.Mailbox("full")], "", "--wait", "4");
        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith(": 2 of 2 replies missing after 4 s, and the mailbox is full\n", run.Errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public void MailboxThatCannotBeReached_IsNoJudgement()
    {
        JsonObject Changed(string name, Action<JsonObject> change)
        {
            var mailbox = provider.Mailbox(name);
            change(mailbox);
            return mailbox;
        }

        var nobody = Loopback.FreePort();
        var run = provider.Look("",
        [
            provider.Mailbox("password", password: "7Wrong7secret"),
            Changed("authority", mailbox => mailbox["ssl_ca"] = provider.PathTo("other-ca.pem")),
            Changed("name", mailbox => mailbox["imap"]!["server"] = "localhost"),
            Changed("host", mailbox => mailbox.Remove("ssl_ca")),
            Changed("port", mailbox => mailbox["imap"]!["port"] = nobody),
            Changed("tls", mailbox => mailbox["imap"]!["port"] = provider.Imap),
            Changed("submission", mailbox => mailbox["submission"]!["port"] = nobody),
            Changed("secret", mailbox => mailbox["password_file"] = "none"),
        ]);
        Assert.Equal((75, ""), (run.ExitCode, run.OutputText));
        const string untrusted = "the server's certificate is not signed by an authority";
        Assert.Equal($"""
            password unreachable: 127.0.0.1:{provider.Imaps} does not accept user and password
            authority unreachable: 127.0.0.1:{provider.Imaps} {untrusted} in {provider.PathTo("other-ca.pem")}
            name unreachable: localhost:{provider.Imaps} the server's certificate is not for localhost
            host unreachable: 127.0.0.1:{provider.Imaps} {untrusted} that this host knows
            port unreachable: 127.0.0.1:{nobody} cannot be reached
            tls unreachable: 127.0.0.1:{provider.Imap} does not speak TLS on this port; check port and tls
            submission unreachable: 127.0.0.1:{nobody} cannot be reached
            secret unreachable: password file {provider.Place.PathTo("none")}: does not exist

            """, run.Errors);
        // A wrong result outweighs an unreachable mailbox.
        run = provider.Look("folder=none", [provider.Mailbox("password", password: "7Wrong7secret"),
            provider.Mailbox("some")], "", "--wait", "1");
        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("@freemail.test", run.Errors, StringComparison.Ordinal);
        provider.Settle();
    }

    [Fact]
    public void Bounce_IsNoReply_AndStaysForTheOperator()
    {
        var run = provider.Look("filter=\"sed '/^X-Loop:/d; s/^Auto-Submitted:.*/Auto-Submitted: auto-generated/'\"",
            [provider.Mailbox("bounced")], "", "--wait", "4");
        Assert.Equal((1, "bounced wrong seconds=- replies=0/2 folder=- spf=- dkim=- dmarc=- signature=- "
            + "attachments=0/1: 2 of 2 replies missing after 4 s; a bounce, or other mail that is not a reply, "
            + "answered a request; read it before the next run\n"), (run.ExitCode, run.Errors));
        Assert.Equal(2, provider.MailsOf("bounced").Length);
        Thread.Sleep(3000);
        provider.Look("folder=none", [provider.Mailbox("bounced")], "", "--wait", "1");
        provider.Settle();
        AssertLeftNothing("bounced");
    }

    [Fact]
    public void WhatNobodyExpects_EndsOneMailboxAlone()
    {
        var strange = provider.Mailbox("strange");
        strange["imap"]!["server"] = "mail[1";
        var run = provider.Look("", [strange, provider.Mailbox("early")], "", "--wait", "30");
        Assert.Equal((75, "strange unreachable: unexpected: UriFormatException\n", $"early {AllWell}\n"),
            (run.ExitCode, run.Errors, Lines(run.OutputText)));
    }

    [Fact]
    public void AddressThatTheBookDoesNotKnow_IsAFaultOfTheSettings()
    {
        var run = provider.Look("", [provider.Mailbox("some", request: "gte@example.com")]);
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("canary: some sends requests to gte@example.com, which the response book does not have",
            run.Errors, StringComparison.Ordinal);
    }

    private void AssertLeftNothing(params string[] mailboxes) =>
        Assert.Empty(mailboxes.SelectMany(provider.MailsOf));

    private static string Lines(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"seconds=\d+", "seconds=#");
}
