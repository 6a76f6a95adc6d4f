using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>A text part. Its lines may end in any way; they are made uniform when written.</summary>
public sealed class TextPart : MimePart
{
    public TextPart(string subtype) : base("text", subtype)
    {
    }

    /// <summary>The decoded text; setting it makes the charset utf-8.</summary>
    public string Text
    {
        get
        {
            if (Content is null)
                return "";
            using var bytes = new MemoryStream();
            Content.WriteTo(bytes);
            return Charsets.Decode(bytes.ToArray(), ContentType.Charset ?? "us-ascii");
        }
        set => SetText(Encoding.UTF8, value);
    }

    public void SetText(Encoding encoding, string text)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(text);
        ContentType.Charset = encoding.WebName;
        Content = new MimeContent(new MemoryStream(encoding.GetBytes(text)));
    }

    /// <exception cref="NotSupportedException">.NET has no such charset.</exception>
    public void SetText(string charset, string text)
    {
        ArgumentNullException.ThrowIfNull(charset);
        ArgumentNullException.ThrowIfNull(text);
        var encoding = Charsets.Find(charset) ?? throw new NotSupportedException("Unknown charset.");
        SetText(encoding, text);
        ContentType.Charset = charset;
    }
}
