using System.Text;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>A reply ready to be sent: composed, signed, with its envelope. Holds its attachments open.</summary>
/// <param name="message">Its fields without the body's, in their order.</param>
/// <param name="body">Disposed together with the reply.</param>
/// <param name="sender">Envelope sender: the bounce address.</param>
/// <param name="recipient">Envelope recipient: the requester.</param>
/// <param name="name">The same for each try of the same reply, different for any other; tells nothing.</param>
internal sealed class OutgoingReply(MimeMessage message, ReplyBody body, string sender, string recipient, string name)
    : IDisposable
{
    private byte[]? _head;

    public MimeMessage Message => message;

    public ReplyBody Body => body;

    public string Sender => sender;

    public string Recipient => recipient;

    public string Name => name;

    /// <summary>Size as <see cref="WriteTo"/> writes it.</summary>
    public long Bytes => Head.Length + body.Bytes;

    /// <summary>Size as <see cref="WriteToWire"/> writes it.</summary>
    public long WireBytes => Bytes + Head.AsSpan().Count((byte)'\n') + body.Lines;

    private byte[] Head => _head ??= Written();

    /// <summary>Writes LF line ends, as files and pipes on Unix have them. The signature is made over CRLF.</summary>
    public void WriteTo(Stream output)
    {
        output.Write(Head);
        body.WriteTo(output);
    }

    /// <summary>Writes it with the line ends of SMTP.</summary>
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
