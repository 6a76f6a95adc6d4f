using System.Text;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Settings;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;
using MailResponder.Tests.Reply;

namespace MailResponder.Tests.Injection;

/// <summary>
/// Whatever a request contains, the reply has its own fields and no others, its body, and one recipient.
/// </summary>
public sealed class ReplyInjection : IDisposable
{
    private static readonly string[] Fields =
    [
        "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-Loop",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ];

    private static readonly string[] Usual =
        ["From: Zahra <zahra@freemail.test>", "Subject: help", "Message-ID: <1@freemail.test>"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("From: {0} <zahra@freemail.test>")]
    [InlineData("From: \"{0}\" <zahra@freemail.test>")]
    [InlineData("From: zahra@freemail.test ({0})")]
    [InlineData("From: za{0}hra@freemail.test")]
    [InlineData("From: <zahra@free{0}mail.test>")]
    [InlineData("Subject: {0}")]
    [InlineData("Subject: Re: =?utf-8?Q?help?= {0} =?utf-8?Q?me?=")]
    [InlineData("Message-ID: {0}")]
    [InlineData("Message-ID: <{0}@freemail.test>")]
    [InlineData("References: <1@freemail.test> <{0}@freemail.test> {0}")]
    [InlineData("In-Reply-To: <{0}@freemail.test> {0}")]
    [InlineData("Content-Type: text/plain; charset=\"{0}\"; name={0}\r\nDate: {0}\r\nReply-To: {0}\r\nTo: {0}")]
    public void HostileField_ChangesNothingElse(string field)
    {
        var replies = new List<(string File, string Recipient)>();
        for (var i = 0; i < Hostile.Bytes.Count; i++)
        {
            if (Reply(Message(field, Hostile.Bytes[i])) is not { } reply)
                continue;
            using (reply)
            {
                var file = _folder.PathTo($"{i:D2}.eml");
                using (var output = File.Create(file)) reply.WriteTo(output);
                AssertWritten(File.ReadAllBytes(file), file);
                replies.Add((file, reply.Recipient));
            }
        }

        // The first payload is harmless, so that there is at least one reply to check.
        Assert.EndsWith("00.eml", replies[0].File, StringComparison.Ordinal);
        foreach (var (read, (file, recipient)) in ReadMail.All(replies.Select(reply => reply.File)).Zip(replies))
        {
            Assert.Empty(read.Defects);
            Assert.Equal(recipient, read["To"]);
            Hostile.AssertTame(recipient, file);
            Hostile.AssertTameFields(read, file);
        }
    }

    private static byte[] Message(string field, byte[] payload)
    {
        var name = field[..(field.IndexOf(':', StringComparison.Ordinal) + 1)];
        var rest = string.Concat(Usual.Where(line => !line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line + "\r\n"));
        var pieces = field.Split("{0}");
        var message = new List<byte>();
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i > 0) message.AddRange(payload);
            message.AddRange(Encoding.ASCII.GetBytes(pieces[i]));
        }

        return [.. message, .. Encoding.ASCII.GetBytes("\r\n" + rest + "\r\nhello\r\n")];
    }

    private MailResponder.Reply.OutgoingReply? Reply(byte[] message)
    {
        var settings = TestSettings.In(_folder.Path) with { MaxMessageBytes = 1 << 20 };
        var read = IncomingMessage.Read(new MemoryStream(message));
        return new Guard(settings).ReasonNotToReply(read, new Envelope(), out var request) is null
            ? TestReply.Compose(settings, request! with { Authentication = AuthenticationVerdict.Sure(Proof.Weak) },
            TestBook.Entry()) : null;
    }

    private static void AssertWritten(byte[] mail, string file)
    {
        Assert.All(mail, b => Assert.True(
            b is (byte)'\n' or (byte)'\t' or (>= 0x20 and < 0x7f), $"byte {b:X2} in {file}"));
        var text = Encoding.ASCII.GetString(mail);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var names = text[..end].Split('\n').Where(line => line[0] is not (' ' or '\t'))
            .Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]).ToArray();
        Assert.Equal(names.Distinct(), names);
        Assert.Empty(names.Except(Fields));
        Assert.Equal(TestBook.Entry().Bodies[0].Text.TrimEnd('\n'), text[(end + 2)..].TrimEnd('\n'));
    }
}
