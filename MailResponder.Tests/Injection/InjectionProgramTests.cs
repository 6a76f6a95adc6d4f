using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Injection;

/// <summary>
/// Runs the published program with every argument and field hostile at once. It writes one harmless line to each syslog
/// facility, and harmless replies.
/// </summary>
public sealed class InjectionProgramTests : IDisposable
{
    /// <summary>Octal escapes for printf, so that arguments can contain invalid text too.</summary>
    private static readonly string[] Payloads =
    [
        @"a\nreplied address=x replies=9\r\nBcc: victim@x.test",
        @"a\033[31m\033]0;title\007\302\2331m\302\205b\177",
        @"a\342\200\250b\342\200\251c\342\200\256d\342\201\246e\357\273\277f",
        @"a\300\212\377\376\355\240\200\233\205b",
        "=?utf-8?Q?a=0D=0ABcc:_victim=40x.test=1B[31m=C2=85=E2=80=A8?=",
    ];

    private readonly Workplace _place = new();

    public static TheoryData<int> Numbers => new(Enumerable.Range(0, Payloads.Length));

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(Numbers))]
    public void HostileArgumentsAndFields_EndNoLine(int number)
    {
        // With this setting the reply repeats the subject.
        _place.Settings["authserv_id"] = "mx.responder.test";
        _place.Write();
        var payload = Printed(Payloads[number]);
        // Line ends are folded; unfolded ones would end the field, as in any message.
        var p = Encoding.Latin1.GetString(payload).Replace("\n", "\n ", StringComparison.Ordinal);
        var request = Encoding.Latin1.GetBytes(
            $"Authentication-Results: mx.responder.test; dkim=pass header.d=freemail.test\r\nReceived: from "
            + $"{p}\r\n\tby mx.example.com (Postfix) with ESMTP id {p}; {p}\r\nX-Original-To: "
            + $"{p}@example.com\r\nDelivered-To: {p}\r\n"
            + $"From: \"{p}\" <zahra@freemail.test>\r\nTo: \"{p}\" <get@example.com>\r\nSubject: {p}\r\nMessage-ID: "
            + $"<{p}@freemail.test>\r\n"
            + $"References: <{p}@x.test>\r\nIn-Reply-To: <{p}@x.test>\r\n\r\n{p}\r\n");
        var hostile = $"""p=$(printf '{Payloads[number].Replace("%", "%%", StringComparison.Ordinal)}'); exec "$@" """;

        // A queue id and a recipient from the arguments, then those of the message; to syslog, and last to standard
        // error.
        _place.FilterUnder(hostile + """ --sender "$p" --queue-id "$p" """, request).AssertDone();
        ResponderProcess.Run(hostile + """ --recipient "$p" """, request, "--settings", _place.SettingsFile)
            .AssertDone();
        ResponderProcess.Run(ResponderProcess.Plainly, request, "--settings", _place.SettingsFile).AssertDone();
        var onError = _place.FilterUnder(hostile + """ --queue-id "$p" --log-to stderr """, request);

        Assert.Equal((3, 3), (_place.Log.Reports.Count, _place.Log.Events.Count));
        foreach (var line in _place.Log.Lines)
        {
            Hostile.AssertTame(line, "syslog");
            Assert.DoesNotContain("replies=9", line, StringComparison.Ordinal);
            Assert.DoesNotContain("victim", line, StringComparison.Ordinal);
        }

        foreach (var line in _place.Log.Events)
            Assert.Contains(JsonNode.Parse(line)!["queue_id"]!.GetValue<string>(), "-a", StringComparison.Ordinal);
        Hostile.AssertTame(Assert.Single(onError.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            "standard error");
        AssertReplies();
    }

    [Fact]
    public void WhatSendmailSays_IsNotRepeated()
    {
        _place.SendThrough("""
            cat > /dev/null
            printf 'x\nreplied\033[31m\302\205zahra'
            printf 'x\nreplied\033[31m\302\205zahra' >&2
            exit 65
            """);
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        _place.SendThrough("""cat > /dev/null; printf 'x\nreplied\033[31m' >&2; kill -9 $$""");
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Equal(2, _place.Log.Reports.Count);
        foreach (var line in _place.Log.Lines)
        {
            Hostile.AssertTame(line, "syslog");
            Assert.DoesNotContain("replied", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FaultOnStandardError_SteersNoTerminal()
    {
        _place.Settings["response_book"] = "none\u001b[2J\n\u202e.json";
        _place.Write();
        var run = _place.Command("config", "show");
        Assert.Equal(65, run.ExitCode);
        foreach (var line in run.Errors.Split('\n')) Hostile.AssertTame(line, "standard error");
    }

    private void AssertReplies()
    {
        var replies = ReadMail.All(_place.Outbox);
        Assert.NotEmpty(replies);
        foreach (var reply in replies)
        {
            Assert.True(reply.IsSignedByUs && reply.IsAscii);
            Assert.Empty(reply.Defects);
            Assert.Equal("zahra@freemail.test", reply["To"]);
            Assert.Null(reply["Bcc"]);
            Hostile.AssertTameFields(reply, "a reply");
        }
    }

    private static byte[] Printed(string payload)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < payload.Length; i++)
        {
            if (payload[i] != '\\')
                bytes.Add((byte)payload[i]);
            else if (payload[i + 1] is 'n' or 'r')
                bytes.Add(payload[++i] == 'n' ? (byte)'\n' : (byte)'\r');
            else
                (bytes, i) = ([.. bytes, Convert.ToByte(payload.Substring(i + 1, 3), 8)], i + 3);
        }

        return [.. bytes];
    }
}
