namespace MimeKit.Cryptography;

/// <summary>The signature algorithms of DKIM. Only rsa-sha256 is made here; RFC 8301 forbids rsa-sha1.</summary>
public enum DkimSignatureAlgorithm
{
    RsaSha1,
    RsaSha256,
    Ed25519Sha256,
}
