using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Feedback;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>Tests the route of docs/feedback.md for mails of SNS, with the lines of that page.</summary>
[Collection("Postfix")]
public sealed class SnsMailTests
{
    private const string Address = "feedback-5d2a9c41@mx.responder.test";
    private const string OurTransports =
        "inline:{ mail_responder@localhost=responder:, mail_responder_feedback@localhost=feedback: }";

    private static readonly string Page = File.ReadAllText(Repository.PathTo("docs/feedback.md"));

    [Theory]
    [InlineData("main.cf")]
    [InlineData("main-strict.cf")]
    public void Notification_BlocksAndForgeryIsDropped(string sample)
    {
        using var place = Place();
        using var key = new SnsKey();
        using var postfix = Start(place, sample);
        File.WriteAllText(place.PathTo("sns.pem"), key.Pem);

        Accept(postfix, Signed(key, "zahra@freemail.test"));
        postfix.WaitUntilQueueIsEmpty();
        Assert.Matches(
            $"orig_to=<{Address}>, relay=sns, .* status=sent \\(delivered via sns service \\(1 blocked\\)\\)",
            postfix.MailLog);
        AssertBlocked(place, "zahra@freemail.test");

        Accept(postfix, "From: victim@freemail.test\n\nHello\n");
        Accept(postfix, "From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n"
            + string.Concat(Enumerable.Repeat("--b\n\n", 1_000_000)));
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(3, postfix.MailLog.Split("status=sent (delivered via sns service").Length - 1);
        Assert.Equal(0, postfix.Deferrals);
        postfix.AssertNothingWasReturned();
        Assert.Empty(place.Log.Reports);
    }

    [Fact]
    public void NotificationWithANewCertificate_WaitsForIt()
    {
        using var place = Place();
        using var old = new SnsKey();
        using var renewed = new SnsKey();
        using var postfix = Start(place, "main.cf");
        File.WriteAllText(place.PathTo("sns.pem"), old.Pem);

        Accept(postfix, Signed(renewed, "zahra@freemail.test"));
        postfix.WaitUntilDeferred(1);
        Assert.Matches("relay=sns, .* status=deferred .*no signature that the certificate", postfix.MailLog);
        File.WriteAllText(place.PathTo("sns.pem"), old.Pem + renewed.Pem);
        postfix.WaitUntilQueueIsEmpty();
        AssertBlocked(place, "zahra@freemail.test");
    }

    /// <summary>An older release does not know an option, and a damaged program does not start.</summary>
    [Theory]
    [InlineData("exit 64")]
    [InlineData("exit 127")]
    public void ProgramThatCannotRun_LosesNothing(string program)
    {
        using var place = Place();
        using var key = new SnsKey();
        using var postfix = Start(place, "main.cf");
        File.WriteAllText(place.PathTo("sns.pem"), key.Pem);
        File.Move(postfix.Binary, postfix.Binary + ".whole");
        File.WriteAllText(postfix.Binary, $"#!/bin/sh\n{program}\n");
        File.SetUnixFileMode(postfix.Binary, File.GetUnixFileMode(postfix.Binary + ".whole"));

        Accept(postfix, Signed(key, "zahra@freemail.test"));
        Patience.Until("a soft bounce",
            () => postfix.MailLog.Contains("status=SOFTBOUNCE", StringComparison.Ordinal), () => postfix.MailLog);
        File.Move(postfix.Binary + ".whole", postfix.Binary, overwrite: true);
        postfix.WaitUntilQueueIsEmpty();
        AssertBlocked(place, "zahra@freemail.test");
    }

    private static Workplace Place()
    {
        var place = new Workplace();
        place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        place.Settings["postfix_maps"] = "postfix";
        place.Write();
        var run = place.Command("config", "pull");
        Assert.True(run.ExitCode == 0, run.Errors);
        return place;
    }

    private static PrivatePostfix Start(Workplace place, string sample)
    {
        var service = OfPage(@"^    sns  unix .*\n(      .*\n)+").Replace("\n    ", "\n", StringComparison.Ordinal)
            .Replace("/etc/mail_responder", place.Folder, StringComparison.Ordinal);
        var transport = OfPage(@"inline:\{ feedback-5d2a9c41@localhost=sns: \}");
        var postfix = new PrivatePostfix(
            place, sample, $"transport_maps = {transport}, {OurTransports}", service + "\n");
        var alias = OfPage("^    feedback-5d2a9c41: feedback-5d2a9c41@localhost$").Split(": ");
        postfix.Alias(alias[0], alias[1]);
        return postfix;
    }

    private static string Signed(SnsKey key, string address)
    {
        var envelope = Notifications.InSns(Notifications.Bounce(address, at: DateTimeOffset.UtcNow));
        key.Sign(envelope, "2");
        return Notifications.Mail(envelope.ToJsonString(), "base64", "");
    }

    private static void Accept(PrivatePostfix postfix, string mail)
    {
        using var smtp = new SmtpDialogue(postfix.Port);
        smtp.Say("EHLO a.amazonses.com");
        smtp.Say("MAIL FROM:<bounces@amazonses.com>");
        smtp.Say($"RCPT TO:<{Address}>");
        smtp.Data(mail.Replace("\n", "\r\n", StringComparison.Ordinal));
    }

    private static void AssertBlocked(Workplace place, string address) =>
        Assert.Equal("blocked, because a reply bounced or was complained about\n",
            place.Command("blacklist", "check", address).OutputText);

    private static string OfPage(string pattern) => Regex.Match(Page, pattern, RegexOptions.Multiline).Value.Trim();
}
