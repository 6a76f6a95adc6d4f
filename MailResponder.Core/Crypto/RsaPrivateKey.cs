using System.Security.Cryptography;

namespace MailResponder.Crypto;

/// <summary>An RSA key that signs.</summary>
internal sealed unsafe class RsaPrivateKey : IDisposable
{
    private const int RsaId = 6;
    private const int MaxSignatureBytes = 2048;

    private readonly nint _key;

    private RsaPrivateKey(nint key) => _key = key;

    /// <summary>
    /// Reads an unencrypted PEM file, PKCS#1 or PKCS#8. That its numbers belong together is not tested: it takes longer
    /// than all the rest of a message; <c>responder config check</c> does it.
    /// </summary>
    /// <exception cref="FormatException">It holds no such key.</exception>
    public static RsaPrivateKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] is not ("PRIVATE KEY" or "RSA PRIVATE KEY"))
            throw new FormatException("No unencrypted RSA private key in PEM form.");
        var der = new byte[fields.DecodedDataLength];
        Convert.TryFromBase64Chars(pem[fields.Base64Data], der, out var bytes);
        nint key;
        fixed (byte* start = der)
        {
            var at = start;
            key = LibCrypto.d2i_AutoPrivateKey(0, &at, bytes);
        }

        CryptographicOperations.ZeroMemory(der);
        if (key != 0 && LibCrypto.EVP_PKEY_get_base_id(key) == RsaId)
            return new RsaPrivateKey(key);
        LibCrypto.EVP_PKEY_free(key);
        throw new FormatException("No unencrypted RSA private key in PEM form.");
    }

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).</summary>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var context = LibCrypto.EVP_MD_CTX_new();
        try
        {
            LibCrypto.Check(LibCrypto.EVP_DigestSignInit(context, 0, LibCrypto.EVP_sha256(), 0, _key));
            Span<byte> signature = stackalloc byte[MaxSignatureBytes];
            nuint bytes = MaxSignatureBytes;
            fixed (byte* to = signature, from = data)
                LibCrypto.Check(LibCrypto.EVP_DigestSign(context, to, &bytes, from, (nuint)data.Length));
            return signature[..(int)bytes].ToArray();
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    public void Dispose() => LibCrypto.EVP_PKEY_free(_key);
}
