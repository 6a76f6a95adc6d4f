using System.Security.Cryptography;

namespace MailResponder.Tests.Mail;

/// <summary>The RSA key of the tests, which is public.</summary>
internal sealed class TestKey : IDisposable
{
    private readonly RSA _rsa = RSA.Create();

    internal TestKey() => _rsa.ImportFromPem(File.ReadAllText(Path));

    internal static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "Mail", "test-key.pem");

    internal string PublicKeyBase64 => Convert.ToBase64String(_rsa.ExportSubjectPublicKeyInfo());

    internal string Pkcs1Pem => _rsa.ExportRSAPrivateKeyPem();

    internal string Pkcs8Pem => _rsa.ExportPkcs8PrivateKeyPem();

    public void Dispose() => _rsa.Dispose();
}
