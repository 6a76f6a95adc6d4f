using System.Text;
using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Reply;

/// <summary>
/// Replies of which every byte is determined: the clock, the message key and the signing key are fixed.
/// </summary>
internal static class TestReply
{
    public static byte[] MessageKey { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    /// <summary>Returns a request that proves enough for the reply to repeat its subject.</summary>
    public static Request Request(
        string subject = "help", string? messageId = "<1@example.net>", params string[] references) =>
        new(new MailboxAddress("Joe", "joe@example.net"), subject, messageId, references)
        {
            Authentication = AuthenticationVerdict.Sure(Proof.Weak),
        };

    public static string Text(ResponderSettings settings, Request request, ResponseEntry entry)
    {
        using var reply = Compose(settings, request, entry);
        using var output = new MemoryStream();
        reply.WriteTo(output);
        return Encoding.Latin1.GetString(output.ToArray());
    }

    public static OutgoingReply Compose(ResponderSettings settings, Request request, ResponseEntry entry)
    {
        var clock = new FixedClock();
        var composer = new ReplyComposer(settings, new Renderings(settings, new FolderSource(settings)), clock);
        var reply = composer.Compose(request, entry, MessageKey);
        ReplySigner.Create(settings.Dkim, clock)?.Sign(reply, withDateAndMessageId: true);
        return reply;
    }

    /// <summary>Returns the reply with another body: the content of one attachment.</summary>
    public static OutgoingReply WithAttachment(this OutgoingReply reply, Stream content)
    {
        var fields = "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"u8.ToArray();
        var body = new ReplyBody(new BodyFrame(fields, [[], []]), [new AttachedFile(content)]);
        return new OutgoingReply(reply.Message, body, reply.Sender, reply.Recipient, reply.Name);
    }

    /// <summary>
    /// Returns settings with a key that only these tests trust. It is copied, because git does not keep its mode.
    /// </summary>
    public static DkimSettings TestOnlyKey(TemporaryFolder folder)
    {
        var key = folder.Write("dkim.key",
            File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Reply", "test-only-dkim.key")));
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        return new DkimSettings("example.com", "test", key);
    }
}
