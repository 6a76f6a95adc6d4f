using System.Buffers;
using System.Buffers.Text;

namespace MailResponder.Reply;

/// <summary>An attachment's content in a body: base64 (RFC 2045, section 6.8) in lines of 76 characters and LF.</summary>
/// <param name="content">Closed together with this.</param>
/// <param name="isEncoded">Whether the content is that base64 already, and is only copied.</param>
/// <param name="original">Opens what encoded content was made of, for when it turns out to be unreadable; null: that is an error.</param>
internal sealed class AttachedFile(Stream content, bool isEncoded, Func<Stream>? original = null) : IDisposable
{
    private const int LineBytes = 57;
    private const int LineLength = 76 + 1;
    private const int LinesAtOnce = 1024;

    /// <summary>Size of the encoded content.</summary>
    public long Bytes => isEncoded ? content.Length : EncodedBytes(content.Length);

    public long Lines => (Bytes + LineLength - 1) / LineLength;

    /// <exception cref="IOException">It cannot be read, or has another length than a moment ago.</exception>
    public void WriteTo(Stream output)
    {
        content.Position = 0;
        var written = isEncoded ? Copy(output) : Encode(output, Bytes);
        if (written != Bytes)
            throw new EndOfStreamException();
    }

    public void Dispose() => content.Dispose();

    private static long EncodedBytes(long bytes) => (bytes + 2) / 3 * 4 + (bytes + LineBytes - 1) / LineBytes;

    private long Copy(Stream output)
    {
        long bytes = 0;
        if (output is FileStream { CanSeek: true } file && content is FileStream source)
            content.Position = bytes = FileCopy.Append(source, file);
        var buffer = ArrayPool<byte>.Shared.Rent(LineLength * LinesAtOnce);
        try
        {
            for (int count; (count = Read(buffer.AsSpan(0, LineLength * LinesAtOnce))) > 0; bytes += count)
                WriteLines(output, buffer.AsSpan(0, count));
            // Short, too, when it could not be read.
            if (bytes < Bytes && original is not null)
                bytes = EncodeOriginal(output, bytes);
            return bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteLines(Stream output, ReadOnlySpan<byte> lines)
    {
        if (output is WriteOnlyStream special)
            special.WriteBase64(lines);
        else
            output.Write(lines);
    }

    private int Read(Span<byte> buffer)
    {
        try
        {
            return content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (IOException) when (original is not null)
        {
            return 0;
        }
    }

    /// <summary>The rest of it after that many bytes.</summary>
    private long EncodeOriginal(Stream output, long written)
    {
        using var plain = new AttachedFile(original!(), isEncoded: false);
        plain.WriteTo(new Tail(output, written));
        return plain.Bytes;
    }

    private long Encode(Stream output, long expected)
    {
        var plain = ArrayPool<byte>.Shared.Rent(LineBytes * LinesAtOnce);
        var encoded = ArrayPool<byte>.Shared.Rent(LineLength * LinesAtOnce);
        try
        {
            long bytes = 0;
            int count;
            while (bytes < expected && (count = content.ReadAtLeast(plain.AsSpan(0, LineBytes * LinesAtOnce), LineBytes * LinesAtOnce, throwOnEndOfStream: false)) > 0)
            {
                var length = Encode(plain.AsSpan(0, count), encoded);
                WriteLines(output, encoded.AsSpan(0, length));
                bytes += length;
            }

            return bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    private static int Encode(ReadOnlySpan<byte> plain, Span<byte> encoded)
    {
        var length = 0;
        while (!plain.IsEmpty)
        {
            var line = plain[..Math.Min(LineBytes, plain.Length)];
            Base64.EncodeToUtf8(line, encoded[length..], out _, out var written);
            length += written;
            encoded[length++] = (byte)'\n';
            plain = plain[line.Length..];
        }

        return length;
    }
}
