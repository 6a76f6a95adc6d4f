using MailResponder.Files;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>The part of a message that the responder needs: its header block. The body is read and dropped.</summary>
/// <param name="HeaderBlock">The raw bytes before the empty line, without an mbox From line; at most 100 KiB.</param>
/// <param name="Headers">The same header block, parsed.</param>
/// <param name="Bytes">The size of the whole message.</param>
internal sealed record IncomingMessage(byte[] HeaderBlock, HeaderList Headers, long Bytes)
{
    /// <summary>Postfix keeps at most 102400 bytes of header together and moves the rest into the body.</summary>
    private const int MaxHeaderBytes = 102_400;

    /// <summary>
    /// Size of the first buffer. Most messages are smaller, and memory that is not touched costs nothing.
    /// </summary>
    private const int UsualBytes = 16_384;

    /// <summary>
    /// Whether the header breaks off, within a line or at our size limit. The missing part may be half of the address
    /// in From, or the field that marks a robot.
    /// </summary>
    public bool IsCutOff { get; private init; }

    /// <summary>Reads the input to its end, so that the mail system never writes into a closed pipe.</summary>
    /// <exception cref="ResponderException">The input cannot be read.</exception>
    public static IncomingMessage Read(Stream input)
    {
        try
        {
            return ReadToEnd(input);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            // Reading needs no permission. .NET throws this when the descriptor is closed.
            var problem = exception is IOException ? FileTrouble.Describe(exception) : "it is closed";
            throw new ResponderException(Cause.Input, "the message on standard input cannot be read: " + problem,
                exception);
        }
    }

    private static IncomingMessage ReadToEnd(Stream input)
    {
        var buffer = new byte[UsualBytes];
        var filled = 0;
        int count;
        while (filled < MaxHeaderBytes && (count = input.Read(buffer, filled, buffer.Length - filled)) > 0)
        {
            filled += count;
            if (filled == UsualBytes)
                Array.Resize(ref buffer, MaxHeaderBytes);
        }

        var block = HeaderBlockOf(buffer.AsSpan(0, filled), out var hasEnd).ToArray();
        var isCutOff = !hasEnd && (filled == MaxHeaderBytes
            || (block.Length > 0 && block[^1] is not ((byte)'\n' or (byte)'\r')));
        long bytes = filled;
        if (filled == MaxHeaderBytes)
        {
            while ((count = input.Read(buffer, 0, buffer.Length)) > 0)
                bytes += count;
        }

        return new IncomingMessage(block, HeaderFields.Of(block), bytes) { IsCutOff = isCutOff };
    }

    /// <summary>
    /// Whether the message begins with an mbox From line. "From : " is the header field in its obsolete form (RFC 5322,
    /// section 4.5).
    /// </summary>
    private static bool IsMboxLine(ReadOnlySpan<byte> message) =>
        message.StartsWith(">From "u8)
        || (message.StartsWith("From "u8) && !message["From".Length..].TrimStart(" \t"u8).StartsWith(":"u8));

    /// <summary>
    /// Returns the bytes before the first empty line, without an mbox From line. Line ends may be CRLF, LF or CR.
    /// </summary>
    private static ReadOnlySpan<byte> HeaderBlockOf(ReadOnlySpan<byte> message, out bool hasEnd)
    {
        if (IsMboxLine(message))
        {
            var end = message.IndexOfAny((byte)'\n', (byte)'\r');
            message = end < 0 ? [] : message[(end + 1)..];
            if (message.StartsWith("\n"u8))
                message = message[1..];
        }

        // If the block has line feeds, a carriage return does not end a line: broken mail programs write "\r\r\n" and
        // stray carriage returns.
        var lineEnd = message.Contains((byte)'\n') ? (byte)'\n' : (byte)'\r';
        var lineStart = 0;
        hasEnd = true;
        int length;
        while ((length = message[lineStart..].IndexOf(lineEnd)) >= 0)
        {
            if (message.Slice(lineStart, length).TrimEnd((byte)'\r').IsEmpty)
                return message[..lineStart];
            lineStart += length + 1;
        }

        hasEnd = false;
        return message;
    }
}
