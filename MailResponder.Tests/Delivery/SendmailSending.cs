using System.Diagnostics;
using System.Globalization;
using MailResponder.Delivery;
using MailResponder.Reply;
using MailResponder.Tests.Reply;
using MimeKit;

namespace MailResponder.Tests.Delivery;

public sealed class SendmailSending : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Deadline _deadline = new(new FixedClock(), TimeSpan.FromSeconds(60));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(65, "Refused")]
    [InlineData(67, "Refused")]
    [InlineData(68, "Temporary")]
    [InlineData(1, "Temporary")]
    [InlineData(64, "Temporary")]
    [InlineData(66, "Temporary")]
    [InlineData(69, "Temporary")]
    [InlineData(70, "Temporary")]
    [InlineData(71, "Temporary")]
    [InlineData(72, "Temporary")]
    [InlineData(73, "Temporary")]
    [InlineData(74, "Temporary")]
    [InlineData(75, "Temporary")]
    [InlineData(76, "Temporary")]
    [InlineData(77, "Temporary")]
    [InlineData(78, "Temporary")]
    [InlineData(127, "Temporary")]
    public void ExitCode_SaysWhetherToTryAgain(int exitCode, string expected)
    {
        var script = new SendmailScript(_folder, $"#!/bin/sh\ncat > /dev/null\nexit {exitCode}\n");

        var result = Send(script.Path);

        Assert.Equal(expected, result.Status.ToString());
        Assert.Equal($"{script.Path} {(expected == "Refused" ? "refused it" : "failed")} with exit code {exitCode}",
            result.Detail);
    }

    [Fact]
    public void AcceptedReply_IsHandedOverWholeWithItsEnvelope()
    {
        var script = new SendmailScript(_folder);
        using var reply = Reply();

        var result = new SendmailSender(script.Path, _deadline).Send(reply);

        Assert.Equal(SendResult.Sent("sendmail:" + reply.Name), result);
        Assert.Equal("-i -t -f bounces@example.com\n", script.Arguments);
        using var whole = new MemoryStream();
        reply.WriteTo(whole);
        Assert.Equal(whole.ToArray(), File.ReadAllBytes(Directory.GetFiles(_folder.Path, "*.mail").Single()));
    }

    [Fact]
    public void Signal_LeavesItUnknown() =>
        Assert.Equal(SendStatus.Unknown, Send(new SendmailScript(_folder, "#!/bin/sh\nkill -9 $$\n").Path).Status);

    [Fact]
    public void MissingProgram_IsTemporary()
    {
        var result = Send("/nowhere/sendmail");

        Assert.Equal(
            SendResult.Temporary("/nowhere/sendmail cannot be started: it does not exist; name the host's program"),
            result);
    }

    [Fact]
    public void ProgramThatDoesNotRead_IsJudgedByItsExitCode()
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\nexit 67\n");
        using var reply = Reply(new MemoryStream(new byte[1_000_000]));

        Assert.Equal(SendStatus.Refused, new SendmailSender(script.Path, _deadline).Send(reply).Status);
    }

    [Fact]
    public void ProgramThatPrintsMuch_IsNotWaitedForForever()
    {
        var script = new SendmailScript(
            _folder, "#!/bin/sh\nhead -c 300000 /dev/zero | tr '\\0' x >&2\nhead -c 300000 /dev/zero\ncat > "
            + "/dev/null\n");

        Assert.Equal(SendStatus.Sent, Send(script.Path).Status);
    }

    /// <summary>The message of Postfix 3.7, with our own address before the colon.</summary>
    [Fact]
    public void WordsOfTheProgram_AreInTheProblem()
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\ncat > /dev/null\n"
            + "echo 'postdrop: warning: mail_queue_enter: create file maildrop/1.2: No space left on device' >&2\n"
            + "echo 'sendmail: fatal: bounces@example.com(995): queue file write error' >&2\nexit 75\n");

        Assert.Equal(SendResult.Temporary($"{script.Path} failed with exit code 75: "
            + "postdrop: warning: mail_queue_enter: create file maildrop/1.2: No space left on device; "
            + "sendmail: fatal: (masked) queue file write error"), Send(script.Path));
    }

    /// <summary>Only the beginning of what a program writes is kept. It may end inside an address.</summary>
    [Theory]
    [InlineData(4085)]
    [InlineData(4090)]
    public void WordThatIsCutOff_IsNotInTheProblem(int before)
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\ncat > /dev/null\n"
            + $"printf '%*s to=<zahra.ahmadi@mail.example.net>' {before} end >&2\nexit 75\n");

        Assert.Equal(SendResult.Temporary($"{script.Path} failed with exit code 75: end"), Send(script.Path));
    }

    [Fact]
    public void ReplyThatPostfixFindsTooBig_MayGoWithoutItsAttachments()
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\ncat > /dev/null\n"
            + "echo 'postdrop: warning: uid=995: File too large' >&2\n"
            + "echo 'sendmail: fatal: bounces@example.com(995): message file too big' >&2\nexit 75\n");

        var result = Send(script.Path);

        Assert.Equal(SendStatus.AttachmentsRefused, result.Status);
        Assert.Contains("File too large; sendmail: fatal: (masked) message file too big; see message_size_limit",
            result.Detail, StringComparison.Ordinal);
    }

    /// <summary>Masking the requester's name also masks these very words.</summary>
    [Fact]
    public void ReplyThatIsTooBigForSomebodyCalledFile_MayGoWithoutItsAttachmentsToo()
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\ncat > /dev/null\n"
            + "echo 'sendmail: fatal: bounces@example.com(995): message file too big' >&2\nexit 75\n");
        var request = TestReply.Request() with { From = new MailboxAddress("", "big.file@example.net") };
        using var reply = TestReply.Compose(TestSettings.In("/nowhere"), request, TestBook.Entry());

        var result = new SendmailSender(script.Path, _deadline).Send(reply);

        Assert.Equal(SendStatus.AttachmentsRefused, result.Status);
        Assert.Contains("(masked) message (masked) too (masked)", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplyThatProvidersFindTooBig_IsNotHandedOver()
    {
        var script = new SendmailScript(_folder);
        using var large = Reply(new MemoryStream(new byte[SendmailSender.MaxMessageBytes / 78 * 57]));
        using var fitting = Reply(new MemoryStream(new byte[SendmailSender.MaxMessageBytes / 78 * 57 - 57 * 100]));

        Assert.Equal(SendStatus.AttachmentsRefused, new SendmailSender(script.Path, _deadline).Send(large).Status);
        Assert.Empty(script.Mails);
        Assert.Equal(SendStatus.Sent, new SendmailSender(script.Path, _deadline).Send(fitting).Status);
    }

    [Fact]
    public void ProcessThatIsLeftBehind_IsNotWaitedFor()
    {
        var script = new SendmailScript(_folder,
            "#!/bin/sh\ncat > /dev/null\necho 'no room' >&2\nsleep 100 &\necho $! > \"$0.left\"\nexit 75\n");

        var result = Send(script.Path);

        Process.GetProcessById(int.Parse(File.ReadAllText(script.Path + ".left"), CultureInfo.InvariantCulture)).Kill();
        Assert.Equal(SendResult.Temporary($"{script.Path} failed with exit code 75: no room"), result);
    }

    [Fact]
    public void SlowProgram_IsEndedAtTheDeadline()
    {
        var script = new SendmailScript(_folder, "#!/bin/sh\nexec sleep 60\n");
        var deadline = new Deadline(new FixedClock(), TimeSpan.FromMilliseconds(200));
        using var reply = Reply();

        var result = new SendmailSender(script.Path, deadline).Send(reply);

        Assert.Equal(SendResult.Unknown($"{script.Path} did not finish in time, or was killed"), result);
    }

    [Fact]
    public void UnreadableAttachment_IsNotSentInPart()
    {
        var script = new SendmailScript(_folder);
        using var reply = Reply(new BrokenAttachment());

        Assert.Throws<IOException>(() => new SendmailSender(script.Path, _deadline).Send(reply));

        Assert.Empty(script.Mails);
    }

    private static OutgoingReply Reply(Stream? attachment = null)
    {
        var reply = TestReply.Compose(TestSettings.In("/nowhere"), TestReply.Request(), TestBook.Entry());
        return attachment is null ? reply : reply.WithAttachment(attachment);
    }

    private SendResult Send(string program)
    {
        using var reply = Reply();
        return new SendmailSender(program, _deadline).Send(reply);
    }
}
