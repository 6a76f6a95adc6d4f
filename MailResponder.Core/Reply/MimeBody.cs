using System.Globalization;
using System.Text;
using MailResponder.Book;
using MailResponder.Native;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Makes bodies of texts and attachments. The same content gives the same bytes: boundaries are derived from it, and
/// so it cannot hold them.
/// </summary>
internal static class MimeBody
{
    private static readonly FormatOptions Format = UnixFormat();

    /// <summary>A body of one text, or of the same text in several forms, the plainest first.</summary>
    public static ReplyBody Of(IReadOnlyList<ResponseBody> bodies) => new(Frame(bodies, [], []), []);

    /// <summary>A body without the content of its attachments.</summary>
    /// <param name="bodies">One, or the same text in several forms, the plainest first.</param>
    /// <param name="names">The names that the attachments show.</param>
    /// <param name="contents">The attachments, which decide about their types.</param>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public static BodyFrame Frame(
        IReadOnlyList<ResponseBody> bodies, IReadOnlyList<string> names, IReadOnlyList<Stream> contents)
    {
        var seed = Seed(bodies, names);
        using var entity = names.Count == 0 ? Text(bodies, seed) : Mixed(bodies, names, contents, seed);
        entity.Prepare(EncodingConstraint.SevenBit);
        using var written = new MemoryStream();
        entity.WriteTo(Format, written);
        var whole = written.GetBuffer().AsSpan(0, (int)written.Length);
        var fields = whole.IndexOf("\n\n"u8) + 1;
        var rest = whole[(fields + 1)..];
        var texts = new List<byte[]>();
        for (var i = 0; i < names.Count; i++)
        {
            var mark = Mark(seed, i);
            var at = rest.IndexOf(mark);
            texts.Add(rest[..at].ToArray());
            rest = rest[(at + mark.Length)..];
        }

        texts.Add(rest.ToArray());
        return new BodyFrame(whole[..fields].ToArray(), texts);
    }

    private static MimeEntity Text(IReadOnlyList<ResponseBody> bodies, string seed)
    {
        if (bodies.Count == 1)
            return Text(bodies[0]);
        var alternative = new MultipartAlternative { Boundary = Derived(seed, "alternative") };
        foreach (var body in bodies)
            alternative.Add(Text(body));
        return alternative;
    }

    private static TextPart Text(ResponseBody body)
    {
        // The canonical form of text has CRLF line ends (RFC 2049, section 4) and a last line that ends too.
        var text = body.Text.ReplaceLineEndings("\r\n");
        var part = new TextPart(body.Subtype) { Text = text.EndsWith('\n') ? text : text + "\r\n" };
        part.Prepare(EncodingConstraint.SevenBit);
        // Said, too, where it is the default: the field is signed, and a relay that added it would break the signature.
        if (part.ContentTransferEncoding == ContentEncoding.Default)
            part.ContentTransferEncoding = ContentEncoding.SevenBit;
        return part;
    }

    private static Multipart Mixed(
        IReadOnlyList<ResponseBody> bodies, IReadOnlyList<string> names, IReadOnlyList<Stream> contents, string seed)
    {
        var mixed = new Multipart("mixed") { Boundary = Derived(seed, "mixed") };
        mixed.Add(Text(bodies, seed));
        var fallbackNames = FallbackNames(names);
        for (var i = 0; i < names.Count; i++)
        {
            var type = AttachmentType.Of(names[i], contents[i]);
            type.Name = fallbackNames[i];
            mixed.Add(Attachment(type, names[i], Mark(seed, i)));
        }

        return mixed;
    }

    /// <param name="type">With the name for old mail programs.</param>
    /// <param name="name">The name shown.</param>
    /// <param name="mark">Stands where the encoded content comes to stand.</param>
    private static MimePart Attachment(ContentType type, string name, byte[] mark) => new(type)
    {
        Content = new MimeContent(new MemoryStream(mark), ContentEncoding.Base64),
        ContentTransferEncoding = ContentEncoding.Base64,
        ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = name },
    };

    /// <summary>
    /// Names for mail programs that do not know RFC 2231: the shown ones, or numbered ones with the extension, so that
    /// none replaces another where they are saved. An encoded word, which some of those programs would read, is
    /// forbidden in a parameter (RFC 2047, section 5), and strict readers object to it.
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
                placeholder = string.Create(CultureInfo.InvariantCulture, $"attachment-{++number}{ending}");
            while (shownNames.Contains(placeholder));
            return placeholder;
        }
    }

    private static byte[] Mark(string seed, int index) =>
        Encoding.ASCII.GetBytes(Derived(seed, $"attachment {index}") + "\n");

    private static string Seed(IReadOnlyList<ResponseBody> bodies, IReadOnlyList<string> names)
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        foreach (var body in bodies)
        {
            writer.Write(body.Subtype);
            writer.Write(body.Text);
        }

        foreach (var name in names)
            writer.Write(name);
        return Convert.ToHexStringLower(Sha256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
    }

    private static string Derived(string seed, string purpose) =>
        Convert.ToHexStringLower(Sha256.HashData(Encoding.UTF8.GetBytes(seed + purpose)).AsSpan(0, 16));

    private static FormatOptions UnixFormat()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Unix;
        return format;
    }
}
