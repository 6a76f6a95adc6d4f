using System.Buffers.Binary;
using System.Text;
using MailResponder.Crypto;
using MailResponder.Incoming;
using MailResponder.Responses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Makes replies of response book entries. Message-ID and boundaries are derived from the message key, so that a
/// reply that has to be sent again is the same reply, and mail systems may drop the second one.
/// </summary>
internal sealed class ReplyComposer(ResponderSettings settings, IFileSource files, TimeProvider clock)
{
    private readonly AttachmentNames _names = new(settings.AttachmentNames);

    /// <summary>The reply of one entry, not yet signed.</summary>
    /// <param name="request">Whom to answer, and what to refer to.</param>
    /// <param name="entry">What to answer.</param>
    /// <param name="messageKey">Identifies the request.</param>
    /// <param name="index">Position among the entries of the requested address, from 0.</param>
    /// <exception cref="ResponderException">An attachment cannot be read.</exception>
    public OutgoingReply Compose(Request request, ResponseEntry entry, byte[] messageKey, int index)
    {
        var name = Derived(messageKey, index, "reply");
        var message = new MimeMessage();
        var recipient = AsciiAddress(request.From);
        var reply = new OutgoingReply(message, settings.BounceAddress, recipient, name);
        try
        {
            message.From.Add(settings.ResponseFrom);
            message.To.Add(new MailboxAddress("", recipient));
            message.ReplyTo.Add(new MailboxAddress("", entry.Address));
            message.Subject = entry.Subject ?? ReplySubject.For(request.Subject, entry.Address);
            message.Date = clock.GetUtcNow();
            message.MessageId = $"{name}@{settings.ResponseFrom.Domain}";
            ReplyThread.Continue(message, request);
            message.Headers.Add("Auto-Submitted", "auto-replied");
            message.Headers.Add("X-Auto-Response-Suppress", "All");
            message.Headers.Add(Guard.LoopHeader, settings.ResponseFrom.Address);
            message.Body = Body(entry, reply, messageKey, index);
            message.Prepare(EncodingConstraint.SevenBit);
            return reply;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    private MimeEntity Body(ResponseEntry entry, OutgoingReply reply, byte[] messageKey, int index)
    {
        var text = Text(entry.Bodies, Derived(messageKey, index, "alternative"));
        if (entry.Attachments.Count == 0)
            return text;
        var mixed = new Multipart("mixed") { Boundary = Derived(messageKey, index, "mixed") };
        mixed.Add(text);
        var domain = reply.Recipient[(reply.Recipient.LastIndexOf('@') + 1)..];
        foreach (var attachment in entry.Attachments)
            mixed.Add(Attachment(_names.For(domain, attachment.ShownName), reply.Keep(files.Open(attachment))));
        return mixed;
    }

    /// <param name="bodies">One, or the same content in several forms, the plainest first.</param>
    /// <param name="boundary">Between several.</param>
    public static MimeEntity Text(IReadOnlyList<ResponseBody> bodies, string boundary)
    {
        if (bodies.Count == 1)
            return Text(bodies[0]);
        var alternative = new MultipartAlternative { Boundary = boundary };
        foreach (var body in bodies)
            alternative.Add(Text(body));
        return alternative;
    }

    private static TextPart Text(ResponseBody body)
    {
        // The canonical form of text has CRLF line ends (RFC 2049, section 4) and a last line that ends too.
        var text = body.Text.ReplaceLineEndings("\r\n");
        return new TextPart(body.Subtype) { Text = text.EndsWith('\n') ? text : text + "\r\n" };
    }

    private static MimePart Attachment(string name, Stream content)
    {
        var part = new MimePart("application", "octet-stream")
        {
            Content = new MimeContent(content),
            ContentTransferEncoding = ContentEncoding.Base64,
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = name },
        };
        part.ContentType.Name = FallbackName(name);
        return part;
    }

    /// <summary>
    /// A name for mail programs that do not know RFC 2231; the extension is what they need. An encoded word, which some
    /// of them would read, is forbidden in a parameter (RFC 2047, section 5), and strict readers object to it.
    /// </summary>
    private static string FallbackName(string shownName)
    {
        if (Ascii.IsValid(shownName))
            return shownName;
        var extension = Path.GetExtension(shownName);
        return "attachment" + (Ascii.IsValid(extension) ? extension : "");
    }

    private static string AsciiAddress(MailboxAddress address) =>
        MailDomain.TryNormalize(address.Domain, out var domain) ? $"{address.LocalPart}@{domain}" : address.Address;

    private static string Derived(byte[] messageKey, int index, string purpose)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, index);
        return Convert.ToHexStringLower(Sha256.HashData([.. messageKey, .. number, .. Encoding.ASCII.GetBytes(purpose)])[..16]);
    }
}
