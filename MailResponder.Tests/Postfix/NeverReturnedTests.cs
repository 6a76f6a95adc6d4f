using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Whatever is wrong with the responder, and however long a message waits for it, nothing is returned to the sender,
/// who may be forged.
/// </summary>
[Collection("Postfix")]
public sealed class NeverReturnedTests
{
    // Each address leads to the sample's transport with one thing wrong.
    private const string Routes = """
        transport_maps = inline:{ usage@example.com=usage:, gone@example.com=gone: }
        """;

    private const string Transports = """
        usage unix - n n - 2 pipe
          flags=DORXhu user=mail_responder null_sender=
          argv=/usr/local/bin/responder --no-such-option ${original_recipient}
        gone unix - n n - 2 pipe
          flags=DORXhu user=mail_responder null_sender=
          argv=/nonexistent/responder --recipient ${original_recipient}
        """;

    [Theory]
    [InlineData("usage@example.com")]
    [InlineData("gone@example.com")]
    public void MistakeInMasterCf_NeverComesBackToTheSender(string recipient)
    {
        using var place = new Workplace();
        using var postfix = Expiring(place, "main.cf");
        postfix.Accept(RequestMail.FromSomebodyNew(), recipient);
        postfix.WaitUntilQueueIsEmpty();
        // The message is kept until it expires, so an operator who corrects the mistake in time loses nothing.
        Assert.Contains("status=deferred", postfix.MailLog, StringComparison.Ordinal);
        Assert.DoesNotContain("status=bounced", postfix.MailLog, StringComparison.Ordinal);
        AssertExpiredOrDroppedSilently(postfix);
    }

    [Theory]
    [InlineData("main-relay-domains.cf", "")]
    [InlineData("main.cf", "")]
    [InlineData("main.cf", "transport_maps =")]
    public void QueueExpiry_NeverComesBackToTheSender(string sample, string overrides)
    {
        using var place = new Workplace();
        File.WriteAllText(place.SettingsFile, "{ broken");
        using var postfix = Expiring(place, sample, overrides);
        postfix.Accept(RequestMail.FromSomebodyNew());
        postfix.WaitUntilQueueIsEmpty();

        Assert.Contains("status=deferred", postfix.MailLog, StringComparison.Ordinal);
        Assert.Contains("status=expired", postfix.MailLog, StringComparison.Ordinal);
        AssertExpiredOrDroppedSilently(postfix);
    }

    /// <summary>
    /// Without the command filter the same message is returned, which shows that the tests above would notice.
    /// </summary>
    [Fact]
    public void WithoutTheCommandFilter_TheSenderIsTold()
    {
        using var place = new Workplace();
        File.WriteAllText(place.SettingsFile, "{ broken");
        using var postfix = Expiring(place, "main.cf");
        var request = RequestMail.FromSomebodyNew();
        postfix.Accept(request, port: postfix.UnfilteredPort);
        postfix.WaitUntilQueueIsEmpty();

        var notice = Assert.Single(postfix.Sink.MailsTo(request.From));
        Assert.Contains("X-Mail-Args: <>", notice, StringComparison.Ordinal);
        // The operator left the filter out; even then a notice must not reveal this.
        Assert.DoesNotContain("settings.json", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void NotificationsThatTheClientAsksFor_AreNotSent()
    {
        using var place = new Workplace();
        using var postfix = Expiring(place, "main.cf");
        var request = RequestMail.FromSomebodyNew();
        using (var smtp = new SmtpDialogue(postfix.Port))
        {
            smtp.Say("EHLO client.freemail.test");
            smtp.Say($"MAIL FROM:<{request.From}> RET=FULL ENVID=x");
            smtp.Say("RCPT TO:<links@example.com> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;links@example.com");
            smtp.Data(System.Text.Encoding.UTF8.GetString((request with { To = "links@example.com" }).ToBytes()));
            smtp.Say("QUIT");
        }
        postfix.WaitUntilQueueIsEmpty();

        Assert.Single(place.Outbox);
        postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void KilledResponder_IsDeferredAndTheMessageAnsweredOnce()
    {
        using var place = new Workplace();
        place.SendThrough("""
            if [ ! -e "$here/once" ]; then touch "$here/once"; kill -9 "$PPID"; exit 75; fi
            mkdir -p "$here/sent"; cat >"$here/sent/$$.eml"
            """);
        using var postfix = new PrivatePostfix(place, "main.cf");
        postfix.Accept(RequestMail.FromSomebodyNew());
        postfix.WaitUntilQueueIsEmpty();

        Assert.Contains("status=deferred", postfix.MailLog, StringComparison.Ordinal);
        Assert.Equal(2, place.RepliesIn("sent").Count);
        postfix.AssertNothingWasReturned();
    }

    /// <summary>
    /// The command ends in ways in which the responder itself never ends, under the sample's own line of master.cf.
    /// </summary>
    [Fact]
    public void ProgramThatCannotStart_IsDeferredAndTheMessageAnsweredOnce()
    {
        string[] starts =
        [
            "exit 127", "exit 126", "exit 1", "exit 69", "exit 78", "exit 255", "echo 5.3.0 no >&2; exit 70",
            "kill -9 $$", "kill -11 $$",
            // Not even the dynamic loader can open its libraries, and it says so.
            "exec prlimit --nofile=3 \"$0.away\" \"$@\"",
        ];
        using var place = new Workplace();
        for (var i = 0; i < starts.Length; i++)
            place.Book.Add(JsonNode.Parse($$"""{ "email_addr": "case{{i}}@example.com", "body": "Links" }"""));
        place.Write();
        using var postfix = new PrivatePostfix(place, "main.cf");
        var (program, away) = (postfix.Binary, postfix.Binary + ".away");
        File.Move(program, away);
        postfix.Accept(RequestMail.FromSomebodyNew(), "links@example.com");
        postfix.WaitUntilDeferred(1);
        Executable.Write(
            program, $"#!/bin/sh\ncase \"$*\" "
            + $"in\n{string.Concat(starts.Select((start, i) => $"*' case{i}@'*) {start} ;;\n"))}esac\nexit 75\n");
        for (var i = 0; i < starts.Length; i++) postfix.Accept(RequestMail.FromSomebodyNew(), $"case{i}@example.com");
        Patience.Until("all are deferred", () =>
            Enumerable.Range(0, starts.Length)
            .All(i => Regex.IsMatch(postfix.MailLog, $"orig_to=<case{i}@.*status=(deferred|SOFTBOUNCE)")), () =>
            postfix.MailLog);

        Assert.Empty(place.Outbox);
        Assert.Contains("Command died with status 127", postfix.MailLog, StringComparison.Ordinal);
        File.Move(away, program, overwrite: true);
        postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(1 + starts.Length, place.Outbox.Count);
        Assert.DoesNotContain("status=bounced", postfix.MailLog, StringComparison.Ordinal);
        postfix.AssertNothingWasReturned();
    }

    private static PrivatePostfix Expiring(Workplace place, string sample, string overrides = Routes) =>
        new(place, sample, overrides + "\nmaximal_queue_lifetime = 3s\nbounce_queue_lifetime = 3s", Transports);

    private static void AssertExpiredOrDroppedSilently(PrivatePostfix postfix)
    {
        Assert.Empty(postfix.Place.Outbox);
        Assert.Empty(postfix.Sink.Mails);
        postfix.AssertNothingWasReturned();
    }
}
