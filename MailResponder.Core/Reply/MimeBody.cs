using System.Text;
using MailResponder.Book;
using MailResponder.Native;
using MimeKit;
using MimeKit.Encodings;

namespace MailResponder.Reply;

/// <summary>
/// Builds bodies from texts and attachments. The same content gives the same bytes. The boundaries are derived from a
/// hash of the content, so the content cannot contain them.
/// </summary>
internal static class MimeBody
{
    private static readonly FormatOptions Format = UnixFormat();

    /// <summary>Returns a body of one text, or of the same text in several forms, the plainest first.</summary>
    /// <param name="isOpen">The same as for <see cref="Frame"/>.</param>
    public static ReplyBody Of(IReadOnlyList<ResponseBody> bodies, bool isOpen = false) =>
        new(Frame(bodies, [], [], isOpen), []);

    /// <summary>Puts the texts into a frame that was left open for them.</summary>
    /// <remarks>
    /// Any text is encoded as quoted-printable (RFC 2045, section 6.7). Its lines have at most 76 characters, however
    /// long a link is, and spam filters do not count it against a mail as they do base64.
    /// </remarks>
    public static BodyFrame Close(BodyFrame open, IReadOnlyList<ResponseBody> bodies)
    {
        using var closed = new MemoryStream();
        for (var i = 0; i < bodies.Count; i++)
        {
            closed.Write(open.Texts[i]);
            var lines = bodies[i].Text.ReplaceLineEndings("\n");
            var text = Encoding.UTF8.GetBytes(lines.EndsWith('\n') ? lines : lines + "\n");
            var encoder = new QuotedPrintableEncoder();
            var encoded = new byte[encoder.EstimateOutputLength(text.Length)];
            closed.Write(encoded, 0, encoder.Flush(text, 0, text.Length, encoded));
        }

        closed.Write(open.Texts[bodies.Count]);
        return open with { Texts = [closed.ToArray(), .. open.Texts.Skip(bodies.Count + 1)] };
    }

    /// <summary>Returns a body without the content of its attachments.</summary>
    /// <param name="bodies">One text, or the same text in several forms, the plainest first.</param>
    /// <param name="names">The names that the attachments show.</param>
    /// <param name="contents">The attachments. Their types depend on their content.</param>
    /// <param name="isOpen">Whether the texts are left out too, until <see cref="Close"/> adds them.</param>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public static BodyFrame Frame(IReadOnlyList<ResponseBody> bodies, IReadOnlyList<string> names,
        IReadOnlyList<Stream> contents, bool isOpen = false)
    {
        var seed = Seed(bodies, names);
        var text = Text(bodies, seed, isOpen);
        using var entity = names.Count == 0 ? text : Mixed(text, names, contents, seed);
        entity.Prepare(EncodingConstraint.SevenBit);
        using var written = new MemoryStream();
        entity.WriteTo(Format, written);
        var whole = written.GetBuffer().AsSpan(0, (int)written.Length);
        var fields = whole.IndexOf("\n\n"u8) + 1;
        var rest = whole[(fields + 1)..];
        var texts = new List<byte[]>();
        foreach (var mark in Enumerable.Range(0, isOpen ? bodies.Count : 0).Select(i => Mark(seed, "text", i))
            .Concat(Enumerable.Range(0, names.Count).Select(i => Mark(seed, "attachment", i))))
        {
            var at = rest.IndexOf(mark);
            texts.Add(rest[..at].ToArray());
            rest = rest[(at + mark.Length)..];
        }

        texts.Add(rest.ToArray());
        return new BodyFrame(whole[..fields].ToArray(), texts);
    }

    private static MimeEntity Text(IReadOnlyList<ResponseBody> bodies, string seed, bool isOpen)
    {
        TextPart Part(int i) => isOpen ? Open(bodies[i].Subtype, Mark(seed, "text", i)) : Text(bodies[i]);
        if (bodies.Count == 1)
            return Part(0);
        var alternative = new MultipartAlternative { Boundary = Derived(seed, "alternative") };
        for (var i = 0; i < bodies.Count; i++)
            alternative.Add(Part(i));
        return alternative;
    }

    /// <param name="mark">The placeholder for the encoded text.</param>
    private static TextPart Open(string subtype, byte[] mark)
    {
        var part = new TextPart(subtype)
        {
            Content = new MimeContent(new MemoryStream(mark), ContentEncoding.QuotedPrintable),
            ContentTransferEncoding = ContentEncoding.QuotedPrintable,
        };
        part.ContentType.Charset = "utf-8";
        return part;
    }

    private static TextPart Text(ResponseBody body)
    {
        // Text in canonical form has CRLF line ends, and the last line also has one (RFC 2049, section 4).
        var text = body.Text.ReplaceLineEndings("\r\n");
        var part = new TextPart(body.Subtype) { Text = text.EndsWith('\n') ? text : text + "\r\n" };
        part.Prepare(EncodingConstraint.SevenBit);
        // The field is written even for the default value. It is signed, and a relay that added it would break the
        // signature.
        if (part.ContentTransferEncoding == ContentEncoding.Default)
            part.ContentTransferEncoding = ContentEncoding.SevenBit;
        return part;
    }

    private static Multipart Mixed(
        MimeEntity text, IReadOnlyList<string> names, IReadOnlyList<Stream> contents, string seed)
    {
        var mixed = new Multipart("mixed") { Boundary = Derived(seed, "mixed") };
        mixed.Add(text);
        var fallbackNames = FallbackNames(names);
        for (var i = 0; i < names.Count; i++)
        {
            var type = AttachmentType.Of(names[i], contents[i]);
            type.Name = fallbackNames[i];
            mixed.Add(Attachment(type, names[i], Mark(seed, "attachment", i)));
        }

        return mixed;
    }

    /// <param name="type">The type, including the name for old mail programs.</param>
    /// <param name="name">The name that the attachment shows.</param>
    /// <param name="mark">The placeholder for the encoded content.</param>
    private static MimePart Attachment(ContentType type, string name, byte[] mark) => new(type)
    {
        Content = new MimeContent(new MemoryStream(mark), ContentEncoding.Base64),
        ContentTransferEncoding = ContentEncoding.Base64,
        ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = name },
    };

    /// <summary>
    /// Returns names for mail programs that do not know RFC 2231. A name in ASCII stays. Any other becomes a numbered
    /// one with the same extension, so that no attachment replaces another where they are saved. Some of those programs
    /// would read an encoded word, but it is forbidden in a parameter (RFC 2047, section 5), and strict readers object
    /// to it.
    /// </summary>
    private static List<string> FallbackNames(IReadOnlyList<string> shownNames)
    {
        var number = 0;
        return [.. shownNames.Select(name => Ascii.IsValid(name) ? name : Placeholder(Path.GetExtension(name)))];

        string Placeholder(string extension)
        {
            var ending = Ascii.IsValid(extension) ? extension : "";
            string placeholder;
            do
                placeholder = $"attachment-{++number}{ending}";
            while (shownNames.Contains(placeholder));
            return placeholder;
        }
    }

    private static byte[] Mark(string seed, string kind, int index) =>
        Encoding.ASCII.GetBytes(Derived(seed, $"{kind} {index}") + "\n");

    private static string Seed(IReadOnlyList<ResponseBody> bodies, IReadOnlyList<string> names) =>
        Convert.ToHexStringLower(Sha256.HashTexts(
            bodies.SelectMany<ResponseBody, string>(body => [body.Subtype, body.Text]).Concat(names)));

    private static string Derived(string seed, string purpose) =>
        Convert.ToHexStringLower(Sha256.HashData(Encoding.UTF8.GetBytes(seed + purpose)).AsSpan(0, 16));

    private static FormatOptions UnixFormat()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Unix;
        return format;
    }
}
