using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>
/// A message to be written. The properties keep the header fields up to date; a field that is put into
/// <see cref="Headers"/> by hand does not find its way back into the address lists.
/// </summary>
public sealed class MimeMessage : IDisposable
{
    const int BufferBytes = 16 * 1024;

    DateTimeOffset _date;
    MimeEntity? _body;

    /// <summary>A message with a Date of now, an empty Subject and a random Message-Id.</summary>
    public MimeMessage()
    {
        Bind("From", From);
        Bind("To", To);
        Bind("Cc", Cc);
        Bind("Reply-To", ReplyTo);
        References.Changed += () => Renew("References", References.Count, References.Encode);
        Date = DateTimeOffset.UtcNow;
        Subject = "";
        MessageId = MimeUtils.GenerateMessageId();
    }

    public InternetAddressList From { get; } = [];

    public InternetAddressList To { get; } = [];

    public InternetAddressList Cc { get; } = [];

    public InternetAddressList ReplyTo { get; } = [];

    /// <summary>The fields of the message; those of the body (Content-*) are written after them.</summary>
    public HeaderList Headers { get; } = [];

    public string Subject
    {
        get => Headers[HeaderId.Subject] ?? "";
        set => Headers[HeaderId.Subject] = value;
    }

    public DateTimeOffset Date
    {
        get => _date;
        set
        {
            _date = value;
            Headers[HeaderId.Date] = DateUtils.FormatDate(value);
        }
    }

    /// <summary>The identifier without angle brackets.</summary>
    /// <exception cref="ArgumentException">Set to something that is no identifier.</exception>
    public string MessageId
    {
        get => (Headers[HeaderId.MessageId] ?? "").Trim('<', '>');
        set => Headers.Replace(IdField("Message-Id", value));
    }

    /// <summary>The identifier that is answered, without angle brackets; null where there is none.</summary>
    /// <exception cref="ArgumentException">Set to something that is no identifier.</exception>
    public string? InReplyTo
    {
        get => Headers[HeaderId.InReplyTo]?.Trim('<', '>');
        set
        {
            if (value is null)
                Headers.RemoveAll(HeaderId.InReplyTo);
            else
                Headers.Replace(IdField("In-Reply-To", value));
        }
    }

    public MessageIdList References { get; } = [];

    /// <summary>Setting it adds MIME-Version. Disposed with the message.</summary>
    public MimeEntity? Body
    {
        get => _body;
        set
        {
            _body = value;
            if (value is not null && !Headers.Contains(HeaderId.MimeVersion))
                Headers.Add(HeaderId.MimeVersion, "1.0");
        }
    }

    /// <summary>Decides the transfer encodings of the body. To be done before signing.</summary>
    public void Prepare(EncodingConstraint constraint, int maxLineLength = 78) =>
        Body?.Prepare(constraint, maxLineLength);

    public void WriteTo(Stream stream, CancellationToken cancellationToken = default) =>
        WriteTo(FormatOptions.Default, stream, cancellationToken);

    /// <exception cref="IOException">The target, or the content of an attachment, failed.</exception>
    public void WriteTo(FormatOptions options, Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stream);
        // Not disposed: that would close the caller's stream.
        var buffered = new BufferedStream(stream, BufferBytes);
        Headers.WriteTo(buffered, options.NewLine);
        Body?.Headers.WriteTo(buffered, options.NewLine);
        buffered.Write(options.NewLine);
        Body?.WriteBody(options, buffered, cancellationToken);
        buffered.Flush();
    }

    public void Dispose() => Body?.Dispose();

    void Bind(string field, InternetAddressList addresses) =>
        addresses.Changed += () => Renew(field, addresses.Count, addresses.Encode);

    void Renew(string field, int count, Func<string, byte[]> encode)
    {
        if (count == 0)
            Headers.RemoveAll(field);
        else
            Headers.Replace(new Header(field, encode(field)));
    }

    // Never folded: there are readers that look for the identifier on the first line.
    static Header IdField(string field, string id) =>
        new(field, Encoding.ASCII.GetBytes($" <{MessageIdList.Bare(id)}>\n"));
}
