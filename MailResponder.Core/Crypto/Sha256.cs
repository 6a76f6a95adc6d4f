using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailResponder.Crypto;

/// <summary>SHA-256 (FIPS 180-4), of data that comes in pieces.</summary>
internal sealed unsafe class Sha256 : IDisposable
{
    public const int HashBytes = 32;
    private const int BlockBytes = 64;

    private readonly nint _context;

    /// <exception cref="CryptographicException">libcrypto offers no SHA-256.</exception>
    public Sha256()
    {
        _context = LibCrypto.EVP_MD_CTX_new();
        Begin();
    }

    public static byte[] HashData(params ReadOnlySpan<byte> data)
    {
        using var hash = new Sha256();
        hash.Append(data);
        return hash.Finish();
    }

    /// <summary>HMAC-SHA-256 (RFC 2104) over the pieces one after the other.</summary>
    /// <param name="key">At most 64 bytes.</param>
    public static byte[] Hmac(ReadOnlySpan<byte> key, params ReadOnlySpan<byte[]> pieces)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes);
        using var hash = new Sha256();
        Span<byte> inner = stackalloc byte[BlockBytes], outer = stackalloc byte[BlockBytes];
        key.CopyTo(inner);
        key.CopyTo(outer);
        for (var i = 0; i < BlockBytes; i++)
        {
            inner[i] ^= 0x36;
            outer[i] ^= 0x5c;
        }

        hash.Append(inner);
        foreach (var piece in pieces)
            hash.Append(piece);
        var first = hash.Finish();
        hash.Begin();
        hash.Append(outer);
        hash.Append(first);
        return hash.Finish();
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* at = data)
            LibCrypto.Check(LibCrypto.EVP_DigestUpdate(_context, at, (nuint)data.Length));
    }

    /// <summary>The hash of all that was appended; nothing may follow.</summary>
    public byte[] Finish()
    {
        var hash = new byte[HashBytes];
        fixed (byte* at = hash)
            LibCrypto.Check(LibCrypto.EVP_DigestFinal_ex(_context, at, 0));
        return hash;
    }

    public void Dispose() => LibCrypto.EVP_MD_CTX_free(_context);

    private void Begin() => LibCrypto.Check(LibCrypto.EVP_DigestInit_ex(_context, LibCrypto.EVP_sha256(), 0));
}
