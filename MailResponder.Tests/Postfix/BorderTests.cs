using System.Diagnostics;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests postfix/main.cf: which clients and mails Postfix accepts from outside, and which it refuses.
/// </summary>
[Collection("Postfix")]
public sealed class BorderTests(Outside outside) : IClassFixture<Outside>
{
    private const string Sender = "MAIL FROM:<zahra@freemail.test>";
    private const string Recipient = "RCPT TO:<get@example.com>";

    [Fact]
    public void Stranger_IsAnswered()
    {
        var request = RequestMail.FromSomebodyNew();
        outside.Accept(request, "get@example.com");
        outside.Postfix.WaitUntilQueueIsEmpty();
        Assert.Contains(outside.Place.Outbox, file =>
            File.ReadAllText(file).Contains(request.From, StringComparison.Ordinal));
    }

    [Fact]
    public void Banner_NamesTheHostAndNoVersion()
    {
        using var smtp = new SmtpDialogue(outside.Postfix.OutsidePort, Outside.Stranger);
        Assert.Matches(@"^(220-mx\.responder\.test ESMTP\n)?220 mx\.responder\.test ESMTP\n$", smtp.Greeting);
    }

    [Fact]
    public void NoHelo_IsRejected()
    {
        using var smtp = new SmtpDialogue(outside.Postfix.OutsidePort, Outside.Stranger);
        Assert.StartsWith("503 5.5.1 ", smtp.Ask(Sender), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mx.responder.test", "554 5.7.1 ")]
    [InlineData("MX.Responder.Test", "554 5.7.1 ")]
    [InlineData("example.com", "554 5.7.1 ")]
    [InlineData("mail.example.com", "554 5.7.1 ")]
    [InlineData("localhost.localdomain", "554 5.7.1 ")]
    [InlineData("localhost", "504 5.5.2 ")]
    [InlineData("mx_.freemail..test", "501 5.5.2 ")]
    [InlineData("mx.responder.test.freemail.test", "250 ")]
    [InlineData("notexample.com", "250 ")]
    [InlineData("[203.0.113.5]", "250 ")]
    public void Helo_IsChecked(string name, string answer)
    {
        using var smtp = outside.Session(helo: name);
        smtp.Say(Sender);
        Assert.StartsWith(answer, smtp.Ask(Recipient), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zahra@freemail.test", "250 ")]
    [InlineData("", "250 ")]
    [InlineData("zahra@example.com", "554 5.7.1 ")]
    [InlineData("bounces@mail.example.com", "554 5.7.1 ")]
    [InlineData("zahra", "504 5.5.2 ")]
    // Not a permanent refusal: a resolver can be wrong.
    [InlineData("zahra@no-such-domain.test", "450 4.1.8 ")]
    public void Sender_IsChecked(string sender, string answer)
    {
        using var smtp = outside.Session();
        smtp.Say($"MAIL FROM:<{sender}>");
        Assert.StartsWith(answer, smtp.Ask(Recipient), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get@example.com", "250 ")]
    [InlineData("anything@mx.responder.test", "250 ")]
    [InlineData("postmaster", "250 ")]
    [InlineData("zahra@freemail.test", "554 5.7.1 ")]
    [InlineData("get", "504 5.5.2 ")]
    [InlineData("get%freemail.test@example.com", "554 5.7.1 ")]
    public void Recipient_IsOursOrRejected(string recipient, string answer)
    {
        using var smtp = outside.Session();
        smtp.Say(Sender);
        Assert.StartsWith(answer, smtp.Ask($"RCPT TO:<{recipient}>"), StringComparison.Ordinal);
    }

    [Fact]
    public void LargeMessage_IsRejectedBeforeItIsSent()
    {
        using var smtp = outside.Session();
        Assert.StartsWith("552 5.3.4 ", smtp.Ask($"{Sender} SIZE=8192001"), StringComparison.Ordinal);
        smtp.Say($"{Sender} SIZE=8192000");
    }

    [Theory]
    [InlineData("VRFY get@example.com", "502 5.5.1 ")]
    [InlineData("ETRN example.com", "554 5.7.1 ")]
    public void CuriousCommand_IsRejected(string command, string answer)
    {
        using var smtp = outside.Session();
        Assert.StartsWith(answer, smtp.Ask(command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Outside.OnlyInSpamhaus, "250 ")]
    [InlineData(Outside.OnlyInSpamcop, "250 ")]
    [InlineData(Outside.InBothLists, "550 5.7.1 ")]
    [InlineData(Outside.KnownProvider, "250 ")]
    [InlineData(Outside.RefusedResolver, "250 ")]
    public void Listed_OnlyByTwoListsIsRejected(string client, string answer)
    {
        using var smtp = outside.Session(client);
        smtp.Say(Sender);
        Assert.StartsWith(answer, smtp.Ask(Recipient), StringComparison.Ordinal);
    }

    [Fact]
    public void TalkerBeforeTheGreeting_IsRejected()
    {
        using var smtp = new SmtpDialogue(
            outside.Postfix.OutsidePort, "203.0.113.20", tooEarly: "EHLO mx.freemail.test");
        smtp.Say(Sender);
        Assert.StartsWith("550 5.5.1 ", smtp.Ask(Recipient), StringComparison.Ordinal);
    }

    /// <summary>The rate is counted over ten minutes instead of one, for a machine that is busy.</summary>
    [Fact]
    public void FloodOfOneClient_IsPutOff_AndNobodyElse()
    {
        using var flooded = new Outside("anvil_rate_time_unit = 600s", null);
        var taken = 0;
        while (taken <= 600 && HandOverTwo(flooded, Outside.Stranger) is var two && (taken += two) > 0 && two == 2)
        {
        }
        Assert.Equal(600, taken);
        using var smtp = flooded.Session();
        Assert.StartsWith("450 4.7.1 ", smtp.Ask(Sender), StringComparison.Ordinal);
        Assert.Equal(2, HandOverTwo(flooded, Outside.OnlyInSpamcop));
    }

    /// <summary>Each recipient costs a run of the responder, and a copy of the message in the queue.</summary>
    [Fact]
    public void Recipients_AreLimitedInAMessage_AndInAMinute()
    {
        using var flooded = new Outside("anvil_rate_time_unit = 600s", null);
        var taken = 0;
        for (var answer = "250"; taken <= 600 && !answer.StartsWith("450 4.7.1 ", StringComparison.Ordinal);)
        {
            using var smtp = flooded.Session();
            smtp.Say(Sender);
            for (var more = 0; (answer = smtp.Ask($"RCPT TO:<get+{more}@example.com>"))[0] == '2'; more++)
                taken++;
            Assert.True(taken > 500 || (taken % 100 == 0 && answer.StartsWith("452 ", StringComparison.Ordinal)),
                $"{taken}: {answer}");
        }

        Assert.InRange(taken, 550, 600);
    }

    [Fact]
    public void ThirdError_EndsTheSession()
    {
        using var smtp = outside.Session();
        smtp.Say(Sender);
        var toldToGo = Enumerable.Range(0, 3).Select(_ => smtp.Ask("RCPT TO:<zahra@freemail.test>")).ToArray();
        Assert.All(toldToGo[..2], answer => Assert.StartsWith("554 ", answer, StringComparison.Ordinal));
        Assert.StartsWith("421 4.7.0 ", smtp.Ask("NOOP"), StringComparison.Ordinal);
    }

    /// <summary>
    /// Returns how many of two messages in one session could be started. Each counts towards the client's rate.
    /// </summary>
    private static int HandOverTwo(Outside outside, string client)
    {
        using var smtp = outside.Session(client);
        var taken = smtp.Ask(Sender)[0] == '2' ? 1 : 0;
        smtp.Ask("RSET");
        return smtp.Ask(Sender)[0] == '2' ? taken + 1 : taken;
    }

    /// <summary>Uses the sample's own delay. No other test waits that long.</summary>
    [Fact]
    public void AfterTheFirstError_EachAnswerTakesTwentySeconds()
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main.cf");
        using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.freemail.test");
        Assert.StartsWith("502 ", smtp.Ask("VRFY get@example.com"), StringComparison.Ordinal);
        var watch = Stopwatch.StartNew();
        smtp.Say("MAIL FROM:<>");
        Assert.InRange(watch.Elapsed.TotalSeconds, 19, 40);
    }
}
