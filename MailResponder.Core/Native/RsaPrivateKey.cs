using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MailResponder.Native;

/// <summary>An RSA private key for signing.</summary>
internal sealed unsafe class RsaPrivateKey : IDisposable
{
    /// <summary>rsaEncryption (RFC 8017, appendix A.1).</summary>
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    private const int Sha256Number = 672;

    private readonly nint _key;

    private RsaPrivateKey(nint key) => _key = key;

    /// <summary>
    /// Reads an unencrypted PEM file, PKCS#1 or PKCS#8. Does not check that the numbers of the key are consistent,
    /// because that takes longer than the rest of a message. <c>responder config check</c> checks it.
    /// </summary>
    /// <exception cref="FormatException">The text holds no such key.</exception>
    public static RsaPrivateKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new FormatException("Not in PEM form.");
        var der = new byte[fields.DecodedDataLength];
        Convert.TryFromBase64Chars(pem[fields.Base64Data], der, out var bytes);
        try
        {
            return pem[fields.Label] switch
            {
                "RSA PRIVATE KEY" => FromPkcs1(der.AsSpan(0, bytes)),
                "PRIVATE KEY" => FromPkcs1(Pkcs1Of(der.AsSpan(0, bytes))),
                _ => throw new FormatException("No unencrypted RSA private key."),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>Signs with RSASSA-PKCS1-v1_5 and SHA-256 (RFC 8017, section 8.2).</summary>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var hash = Sha256.HashData(data);
        var signature = new byte[LibCrypto.RSA_size(_key)];
        uint bytes;
        using var random = new KernelRandom();
        fixed (byte* from = hash, to = signature)
            LibCrypto.Check(LibCrypto.RSA_sign(Sha256Number, from, (uint)hash.Length, to, &bytes, _key));
        return signature[..(int)bytes];
    }

    public void Dispose() => LibCrypto.RSA_free(_key);

    private static RsaPrivateKey FromPkcs1(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var at = start;
            var key = LibCrypto.d2i_RSAPrivateKey(0, &at, der.Length);
            return key == 0 ? throw new FormatException("No RSA private key (RFC 8017, appendix A.1.2).")
                : new RsaPrivateKey(key);
        }
    }

    /// <summary>Returns the PKCS#1 key in a PrivateKeyInfo (RFC 5958, section 2).</summary>
    private static ReadOnlySpan<byte> Pkcs1Of(ReadOnlySpan<byte> der)
    {
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.DER, out var start, out var length, out _);
            var rest = der.Slice(start, length);
            AsnDecoder.ReadIntegerBytes(rest, AsnEncodingRules.DER, out var version);
            rest = rest[version..];
            AsnDecoder.ReadSequence(rest, AsnEncodingRules.DER, out start, out length, out var algorithm);
            if (AsnDecoder.ReadObjectIdentifier(rest.Slice(start, length), AsnEncodingRules.DER, out _) == RsaEncryption
                && AsnDecoder.TryReadPrimitiveOctetString(rest[algorithm..], AsnEncodingRules.DER, out var key, out _))
            {
                return key;
            }
        }
        catch (AsnContentException exception)
        {
            throw new FormatException("No private key (RFC 5958).", exception);
        }

        throw new FormatException("The private key is not an RSA key.");
    }
}
