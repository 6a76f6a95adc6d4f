using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

/// <summary>A reply in which everything is fixed, so that its bytes are always the same.</summary>
internal static class SampleReply
{
    internal const string Persian = "سلام دنیا، این یک پیام آزمایشی است که باید درست برسد.";
    internal const string Chinese = "你好，世界。这是一个测试邮件，应该完整地到达。";

    internal static MimeMessage WithText(string text, string subject = "Re: help")
    {
        var part = new TextPart("plain") { Text = text };
        return WithBody(part, subject);
    }

    internal static MimeMessage WithBody(MimeEntity body, string subject = "Re: help")
    {
        var message = new MimeMessage
        {
            Subject = subject,
            Date = new DateTimeOffset(2026, 11, 22, 15, 4, 5, TimeSpan.FromHours(3.5)),
            MessageId = "reply-1@example.com",
            InReplyTo = "request-1@client.example",
        };
        message.From.Add(new MailboxAddress("Get", "get@example.com"));
        message.To.Add(new MailboxAddress(null, "requester@client.example"));
        message.ReplyTo.Add(new MailboxAddress(null, "get+fa@example.com"));
        message.References.Add("request-0@client.example");
        message.References.Add("request-1@client.example");
        message.Headers.Add("Auto-Submitted", "auto-replied");
        message.Body = body;
        message.Prepare(EncodingConstraint.SevenBit);
        return message;
    }

    internal static MimeMessage WithEverything()
    {
        var alternative = new MultipartAlternative { Boundary = "=-inner" };
        alternative.Add(new TextPart("plain") { Text = "Hello, the links:\nhttps://example.com/a\n" });
        alternative.Add(new TextPart("html") { Text = $"<p dir=\"rtl\">{Persian}</p>\n" });
        var mixed = new Multipart("mixed") { Boundary = "=-outer" };
        mixed.Add(alternative);
        mixed.Add(Attachment("راهنما.bin", new MemoryStream(Encoding.ASCII.GetBytes("0123456789"))));
        return WithBody(mixed, "Re: " + Persian);
    }

    internal static MimePart Attachment(string fileName, Stream content)
    {
        var part = new MimePart("application", "octet-stream")
        {
            Content = new MimeContent(content, ContentEncoding.Default),
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
            ContentTransferEncoding = ContentEncoding.Base64,
            FileName = fileName,
        };
        if (part.ContentType.Parameters.TryGetValue("name", out Parameter? name))
            name.EncodingMethod = ParameterEncodingMethod.Rfc2047;
        return part;
    }
}
