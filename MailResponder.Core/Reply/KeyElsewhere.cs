using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply;

/// <summary>Stands for a key where MimeKit wants one of BouncyCastle's; what signs is not BouncyCastle.</summary>
internal sealed class KeyElsewhere() : AsymmetricKeyParameter(privateKey: true);
