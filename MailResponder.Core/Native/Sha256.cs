using System.Security.Cryptography;

namespace MailResponder.Native;

/// <summary>SHA-256 (FIPS 180-4) of data that arrives in pieces.</summary>
internal sealed unsafe class Sha256
{
    public const int HashBytes = 32;
    private const int BlockBytes = 64;

    /// <summary>The size of libcrypto's SHA256_CTX: eight words of state, two of length, a block, two counts.</summary>
    private const int ContextBytes = (8 + 2 + 2) * sizeof(uint) + BlockBytes;

    private readonly byte[] _context = new byte[ContextBytes];

    public Sha256() => Begin();

    public static byte[] HashData(params ReadOnlySpan<byte> data)
    {
        var hash = new Sha256();
        hash.Append(data);
        return hash.Finish();
    }

    /// <summary>Returns the hash of several texts, each preceded by its length.</summary>
    public static byte[] HashTexts(IEnumerable<string> texts)
    {
        using var content = new MemoryStream(1 << 10);
        using var writer = new BinaryWriter(content);
        foreach (var text in texts)
            writer.Write(text);
        return HashData(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>Returns the hash of a whole stream, from its beginning. The stream must support seeking.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static byte[] HashData(Stream content)
    {
        var hash = new Sha256();
        var buffer = new byte[1 << 16];
        content.Position = 0;
        while (content.Read(buffer) is > 0 and var count)
            hash.Append(buffer.AsSpan(0, count));
        return hash.Finish();
    }

    /// <summary>Returns the HMAC-SHA-256 (RFC 2104) of the pieces, joined without separators.</summary>
    /// <param name="key">The key, of at most 64 bytes.</param>
    /// <param name="pieces">The data.</param>
    public static byte[] Hmac(ReadOnlySpan<byte> key, params ReadOnlySpan<byte[]> pieces)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes);
        Span<byte> inner = stackalloc byte[BlockBytes], outer = stackalloc byte[BlockBytes];
        inner.Clear();
        key.CopyTo(inner);
        inner.CopyTo(outer);
        for (var i = 0; i < BlockBytes; i++)
        {
            inner[i] ^= 0x36;
            outer[i] ^= 0x5c;
        }

        var hash = new Sha256();
        hash.Append(inner);
        foreach (var piece in pieces)
            hash.Append(piece);
        var first = hash.Finish();
        hash.Begin();
        hash.Append(outer);
        hash.Append(first);
        return hash.Finish();
    }

    /// <exception cref="CryptographicException">libcrypto reports a failure.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* context = _context, at = data)
            LibCrypto.Check(LibCrypto.SHA256_Update(context, at, (nuint)data.Length));
    }

    /// <summary>Returns the hash of all appended data. Do not append more after this.</summary>
    public byte[] Finish()
    {
        var hash = new byte[HashBytes];
        fixed (byte* context = _context, to = hash)
            LibCrypto.Check(LibCrypto.SHA256_Final(to, context));
        return hash;
    }

    private void Begin()
    {
        fixed (byte* context = _context)
            LibCrypto.Check(LibCrypto.SHA256_Init(context));
    }
}
