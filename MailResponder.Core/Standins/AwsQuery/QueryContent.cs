using System.Security.Cryptography;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// A form that ends in a message. It is made anew each time that it is written, once for its hash and once for the
/// wire: that takes less than to have room for it. The SDK wants a stream; this one can be written to another, and not
/// read.
/// </summary>
/// <param name="form">All but the message.</param>
/// <param name="message">Follows in base64.</param>
internal sealed class QueryContent(ReadOnlyMemory<byte> form, MemoryStream message) : Stream
{
    private (long Bytes, string Hash)? _measure;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => Measure.Bytes;

    /// <summary>Always the beginning, wherever it is set.</summary>
    public override long Position
    {
        get => 0;
        set { }
    }

    /// <summary>SHA-256 in hexadecimal.</summary>
    public string Hash => Measure.Hash;

    private (long Bytes, string Hash) Measure => _measure ??= Measured();

    /// <returns>How many bytes were written.</returns>
    public long WriteTo(Stream output)
    {
        output.Write(form.Span);
        using var escaped = new EscapedBase64();
        using (var base64 = new CryptoStream(output, escaped, CryptoStreamMode.Write, leaveOpen: true))
            message.WriteTo(base64);
        return form.Length + escaped.Bytes;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => 0;

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private (long Bytes, string Hash) Measured()
    {
        using var hash = SHA256.Create();
        long bytes;
        using (var hashed = new CryptoStream(Null, hash, CryptoStreamMode.Write))
            bytes = WriteTo(hashed);
        return (bytes, Convert.ToHexStringLower(hash.Hash!));
    }
}
