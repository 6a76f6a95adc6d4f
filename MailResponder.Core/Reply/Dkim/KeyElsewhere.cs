using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply.Dkim;

/// <summary>Takes the place of BouncyCastle's key in MimeKit's signer. libcrypto signs, not BouncyCastle.</summary>
internal sealed class KeyElsewhere() : AsymmetricKeyParameter(privateKey: true);
