using System.Buffers;
using System.Buffers.Text;
using MailResponder.Files;

namespace MailResponder.Reply;

/// <summary>An attachment in a body: base64 (RFC 2045, section 6.8) in lines of 76 characters that end in LF.</summary>
/// <param name="content">The attachment or its base64; disposed together with this object.</param>
/// <param name="discard">
/// Null if the content is the attachment itself. Otherwise the content is its base64, and this is called when it cannot
/// be read, so that the next message no longer finds it.
/// </param>
/// <param name="isSame">
/// Called after all of it was written. Returns whether the file is still unchanged; null: this is not checked.
/// </param>
internal sealed class AttachedFile(Stream content, Action? discard = null, Func<bool>? isSame = null) : IDisposable
{
    private const int LineBytes = 57;
    private const int LineLength = 76 + 1;
    private const int LinesAtOnce = 1024;

    /// <summary>Size of the encoded content.</summary>
    public long Bytes => discard is null ? EncodedBytes(content.Length) : content.Length;

    public long Lines => (Bytes + LineLength - 1) / LineLength;

    /// <exception cref="IOException">The content cannot be read, or was changed in the meantime.</exception>
    public void WriteTo(Stream output)
    {
        content.Position = 0;
        var step = (discard is null ? LineBytes : LineLength) * LinesAtOnce;
        var read = ArrayPool<byte>.Shared.Rent(step);
        var lines = discard is null ? ArrayPool<byte>.Shared.Rent(LineLength * LinesAtOnce) : read;
        long expected = Bytes, bytes = 0;
        while (bytes < expected && Read(read.AsSpan(0, step)) is > 0 and var count)
        {
            var length = discard is null ? Encode(read.AsSpan(0, count), lines) : count;
            if (output is WireLineEnds wire)
                wire.WriteBase64(lines.AsSpan(0, length));
            else
                output.Write(lines, 0, length);
            bytes += length;
        }

        ArrayPool<byte>.Shared.Return(read);
        if (lines != read)
            ArrayPool<byte>.Shared.Return(lines);
        if (bytes != expected)
            throw new EndOfStreamException();
        // What is sent must be what was verified and hashed. If the file is being replaced, the message is retried.
        if (isSame?.Invoke() == false)
            throw new ChangedFileException();
    }

    public void Dispose() => content.Dispose();

    public static long EncodedBytes(long bytes) => (bytes + 2) / 3 * 4 + (bytes + LineBytes - 1) / LineBytes;

    private int Read(Span<byte> buffer)
    {
        try
        {
            return content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            discard?.Invoke();
            throw;
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
