using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailResponder.Tests.Ses;

/// <summary>A root, an intermediate authority and a server's certificate.</summary>
internal sealed class TlsChain : IDisposable
{
    public const string ServerPurpose = "1.3.6.1.5.5.7.3.1", ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="name">The host name in the certificate.</param>
    /// <param name="days">The days for which it has been valid, and the days for which it will be.</param>
    /// <param name="purpose">The purpose for which it may be used.</param>
    /// <param name="middleMayIssue">Whether the intermediate authority may issue certificates.</param>
    public TlsChain(string name = "localhost", (int Since, int Until) days = default, string purpose = ServerPurpose,
        bool middleMayIssue = true)
    {
        var (since, until) = days == default ? (1, 1) : days;
        var root = Request("the tests' root", _rootKey, mayIssue: true);
        Root = root.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
        var middle = Request("the tests' intermediate", _middleKey, middleMayIssue);
        Middle = middle.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey),
            DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(9), [1]);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = Request(name, key, mayIssue: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        server.CertificateExtensions.Add(names.Build());
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        using var issued = server.Create(Middle.SubjectName, X509SignatureGenerator.CreateForECDsa(_middleKey),
            DateTimeOffset.UtcNow.AddDays(-since), DateTimeOffset.UtcNow.AddDays(until), [2]);
        Server = issued.CopyWithPrivateKey(key);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Middle { get; }

    /// <summary>The server's certificate, with its key.</summary>
    public X509Certificate2 Server { get; }

    public void Dispose()
    {
        Server.Dispose();
        Middle.Dispose();
        Root.Dispose();
        _middleKey.Dispose();
        _rootKey.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key, bool mayIssue)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(mayIssue, false, 0, true));
        return request;
    }
}
