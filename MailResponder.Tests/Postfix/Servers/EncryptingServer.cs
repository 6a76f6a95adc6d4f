using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// A mail server on an address other than this host's own. It offers STARTTLS, with a certificate from an authority of
/// the tests, in front of a server without TLS (starttls.py).
/// </summary>
internal sealed class EncryptingServer : IDisposable
{
    private const string Address = "127.0.0.2";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _pem;
    private Process? _process;

    /// <param name="name">The host name in its certificate; null if it does not offer STARTTLS.</param>
    public EncryptingServer(string? name)
    {
        using var chain = new TlsChain(name ?? "nobody.test");
        Authority = _folder.Write("root.pem", chain.Root.ExportCertificatePem() + "\n");
        _pem = name is null ? null : Pem(_folder, chain);
    }

    public int Port { get; } = Loopback.FreePort();

    /// <summary>The name for relayhost.</summary>
    public string NextHop => $"[{Address}]:{Port}";

    /// <summary>A file with the authority's certificate.</summary>
    public string Authority { get; }

    /// <param name="behind">The port of the server behind it, on this host.</param>
    public void Start(int behind)
    {
        string[] more = _pem is null ? [] : [_pem];
        _process = Process.Start(Repository.PathTo("MailResponder.Tests", "Postfix", "Servers", "starttls.py"),
            [$"{Address}:{Port}", $"127.0.0.1:{behind}", .. more]);
        Patience.Until("the encrypting server", Listens);
    }

    /// <summary>Writes the certificate and key file of starttls.py, and returns its path.</summary>
    public static string Pem(TemporaryFolder folder, TlsChain chain)
    {
        using var key = chain.Server.GetECDsaPrivateKey()!;
        return folder.Write("server.pem", string.Join('\n', chain.Server.ExportCertificatePem(),
            chain.Middle.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()) + "\n");
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _folder.Dispose();
    }

    private bool Listens()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Parse(Address), Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
