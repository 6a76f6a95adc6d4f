using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Mail;

/// <summary>Signs any message with the signer of replies.</summary>
internal static class SignedMail
{
    internal static OutgoingReply Of(MimeMessage message, string pem, string domain = "example.com")
    {
        var keyFile = Path.GetTempFileName();
        try
        {
            File.WriteAllText(keyFile, pem);
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead);
            var reply = new OutgoingReply(
                message, Body(message.Body!), "bounces@example.com", "requester@client.example", "name");
            ReplySigner.Create(new DkimSettings(domain, "test", keyFile), new FixedClock())!.Sign(
                reply, withDateAndMessageId: false);
            return reply;
        }
        finally
        {
            File.Delete(keyFile);
        }
    }

    internal static byte[] Bytes(OutgoingReply reply, bool onWire = false)
    {
        using var stream = new MemoryStream();
        if (onWire)
            reply.WriteToWire(stream);
        else
            reply.WriteTo(stream);
        Assert.Equal(onWire ? reply.WireBytes : reply.Bytes, stream.Length);
        return stream.ToArray();
    }

    private static ReplyBody Body(MimeEntity entity)
    {
        using var stream = new MemoryStream();
        entity.WriteTo(Written.Options(NewLineFormat.Unix), stream);
        var bytes = stream.ToArray();
        var fields = bytes.AsSpan().IndexOf("\n\n"u8) + 1;
        return new ReplyBody(new BodyFrame(bytes[..fields], [bytes[(fields + 1)..]]), []);
    }
}
