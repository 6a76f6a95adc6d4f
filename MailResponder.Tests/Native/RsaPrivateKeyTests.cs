using System.Security.Cryptography;
using MailResponder.Native;

namespace MailResponder.Tests.Native;

public sealed class RsaPrivateKeyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Signature_IsOneThatOthersAccept(bool isPkcs8)
    {
        using var rsa = RSA.Create(2048);
        using var key = RsaPrivateKey.FromPem(isPkcs8 ? rsa.ExportPkcs8PrivateKeyPem() : rsa.ExportRSAPrivateKeyPem());
        var signature = key.Sign("message"u8);
        Assert.True(rsa.VerifyData("message"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static TheoryData<string, string> NoKeys()
    {
        using var rsa = RSA.Create(2048);
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secured = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        return new TheoryData<string, string>
        {
            { "empty", "" },
            { "no PEM", "hello" },
            { "a public key", rsa.ExportSubjectPublicKeyInfoPem() },
            { "encrypted", rsa.ExportEncryptedPkcs8PrivateKeyPem("secret", secured) },
            { "an elliptic curve", elliptic.ExportPkcs8PrivateKeyPem() },
            { "cut off", PemEncoding.WriteString("PRIVATE KEY", rsa.ExportPkcs8PrivateKey().AsSpan(0, 600)) },
        };
    }

    [Theory]
    [MemberData(nameof(NoKeys))]
    public void WhatIsNoRsaKey_IsSaidToBeNone(string what, string pem) =>
        Assert.True(what.Length > 0 && Record.Exception(() => RsaPrivateKey.FromPem(pem)) is FormatException, what);
}
