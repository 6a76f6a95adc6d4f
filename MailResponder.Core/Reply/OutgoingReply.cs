using MimeKit;

namespace MailResponder.Reply;

/// <summary>A reply ready to be sent: composed, signed, with its envelope. Holds its attachments open.</summary>
internal sealed class OutgoingReply : IDisposable
{
    /// <summary>Files and pipes on this kind of host have LF line ends; the signature is made over CRLF all the same.</summary>
    public static readonly FormatOptions Format = FormatWith(NewLineFormat.Unix);

    /// <summary>Line ends as they go over the wire.</summary>
    private static readonly FormatOptions WireFormat = FormatWith(NewLineFormat.Dos);

    private readonly List<Stream> _attachments = [];

    public OutgoingReply(MimeMessage message, string sender, string recipient, string name)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
        Name = name;
    }

    public MimeMessage Message { get; }

    /// <summary>Envelope sender: the bounce address.</summary>
    public string Sender { get; }

    /// <summary>Envelope recipient: the requester.</summary>
    public string Recipient { get; }

    /// <summary>The same for each try of the same reply, different for any other; tells nothing.</summary>
    public string Name { get; }

    /// <summary>Has the stream closed together with the reply.</summary>
    public Stream Keep(Stream attachment)
    {
        _attachments.Add(attachment);
        return attachment;
    }

    /// <summary>Size of the attachments before they are encoded.</summary>
    public long AttachmentBytes => _attachments.Sum(attachment => attachment.Length);

    public void WriteTo(Stream output) => Message.WriteTo(Format, output);

    /// <summary>Writes it with the line ends of SMTP.</summary>
    public void WriteToWire(Stream output) => Message.WriteTo(WireFormat, output);

    public void Dispose()
    {
        Message.Dispose();
        foreach (var attachment in _attachments)
            attachment.Dispose();
    }

    private static FormatOptions FormatWith(NewLineFormat lineEnds)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = lineEnds;
        return format;
    }
}
