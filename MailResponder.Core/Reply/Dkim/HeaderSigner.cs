using System.Buffers;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Collects the header that MimeKit signs, and has a function sign it. BouncyCastle would need 38 ms to read a key and
/// sign once.
/// </summary>
/// <param name="sign">Returns the signature of the canonical header.</param>
internal sealed class HeaderSigner(Func<byte[], byte[]> sign) : ISigner
{
    private readonly ArrayBufferWriter<byte> _header = new();

    public string AlgorithmName => "SHA-256withRSA";

    public void Init(bool forSigning, ICipherParameters parameters) => throw new NotSupportedException();

    public void Update(byte input) => _header.Write([input]);

    public void BlockUpdate(byte[] input, int inOff, int inLen) => _header.Write(input.AsSpan(inOff, inLen));

    public void BlockUpdate(ReadOnlySpan<byte> input) => _header.Write(input);

    public int GetMaxSignatureSize() => throw new NotSupportedException();

    public byte[] GenerateSignature() => sign(_header.WrittenSpan.ToArray());

    public bool VerifySignature(byte[] signature) => throw new NotSupportedException();

    public void Reset() => _header.Clear();
}

/// <summary>Takes the place of BouncyCastle's key in MimeKit's signer. libcrypto signs, not BouncyCastle.</summary>
internal sealed class KeyElsewhere() : AsymmetricKeyParameter(privateKey: true);
