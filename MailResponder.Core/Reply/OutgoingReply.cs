using System.Text;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>A reply ready to be sent: composed, signed, with its envelope. It keeps its attachments open.</summary>
/// <param name="message">The header fields of the reply except those of the body, in order.</param>
/// <param name="body">The body, disposed together with the reply.</param>
/// <param name="sender">The envelope sender: the bounce address.</param>
/// <param name="recipient">The envelope recipient: the requester.</param>
/// <param name="name">
/// A name that is the same on each attempt to send this reply, and different for any other reply. It reveals nothing.
/// </param>
internal sealed class OutgoingReply(MimeMessage message, ReplyBody body, string sender, string recipient, string name)
    : IDisposable
{
    private byte[]? _head;

    public MimeMessage Message => message;

    public ReplyBody Body => body;

    public string Sender => sender;

    public string Recipient => recipient;

    public string Name => name;

    /// <summary>The size of what <see cref="WriteTo"/> writes.</summary>
    public long Bytes => Head.Length + body.Bytes;

    /// <summary>The size of what <see cref="WriteToWire"/> writes.</summary>
    public long WireBytes => Bytes + Head.AsSpan().Count((byte)'\n') + body.Lines;

    private byte[] Head => _head ??= Written();

    /// <summary>
    /// Writes the reply with LF line ends, as in files and pipes on Unix. The signature is made over CRLF line ends.
    /// </summary>
    public void WriteTo(Stream output)
    {
        output.Write(Head);
        body.WriteTo(output);
    }

    /// <summary>Writes the reply with the line ends of SMTP, CRLF.</summary>
    public void WriteToWire(Stream output)
    {
        using var wire = new WireLineEnds(output);
        WriteTo(wire);
        wire.Flush();
    }

    public void Dispose()
    {
        message.Dispose();
        body.Dispose();
    }

    private byte[] Written()
    {
        using var head = new MemoryStream();
        foreach (var header in message.Headers)
        {
            head.Write(Encoding.ASCII.GetBytes(header.Field + ":"));
            head.Write(header.RawValue);
        }

        head.Write(body.Frame.Fields);
        head.Write("\n"u8);
        return head.ToArray();
    }
}
