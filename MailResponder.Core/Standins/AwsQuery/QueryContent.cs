using System.Security.Cryptography;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// A form that ends in a message. It is generated each time it is written, once for its hash and once for the wire.
/// This costs less than buffering it. The SDK requires a stream; this stream can be written to another one, but not
/// read.
/// </summary>
/// <param name="form">The form without the message.</param>
/// <param name="message">The message, which follows in base64.</param>
internal sealed class QueryContent(ReadOnlyMemory<byte> form, MemoryStream message) : Stream
{
    private (long Bytes, string Hash)? _measure;
    private long _escaped = long.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => Measure.Bytes;

    /// <summary>Always 0. Setting it has no effect.</summary>
    public override long Position
    {
        get => 0;
        set { }
    }

    /// <summary>The SHA-256 hash in hexadecimal.</summary>
    public string Hash => Measure.Hash;

    private (long Bytes, string Hash) Measure => _measure ??= Measured();

    public void WriteTo(Stream output) => WriteTo(output.Write);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => 0;

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private (long Bytes, string Hash) Measured()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        WriteTo(bytes =>
        {
            hash.AppendData(bytes);
            length += bytes.Length;
        });
        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private void WriteTo(EscapedBase64.Output output)
    {
        output(form.Span);
        var base64 = new EscapedBase64(output, _escaped);
        using (base64)
            message.WriteTo(base64);
        // Characters to escape occur only in the texts, not in the attachments after them. So the second pass need not
        // search the attachments.
        _escaped = base64.Escaped;
    }
}
