using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using static MailResponder.Tests.Store.TestCertificate;

namespace MailResponder.Tests.Store;

/// <summary>An impostor, whose certificate is not the server's, gets no password.</summary>
public sealed class FalseServerTests : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder = new();
    private readonly TestCertificate _authority = Issue("The authority", null, IsAuthority);
    private readonly TestCertificate _between;
    private readonly string _authorities;

    public FalseServerTests()
    {
        _between = Issue("Between", _authority, IsAuthority);
        _authorities = _folder.Write("ca.pem", _authority.Pem);
    }

    public static TheoryData<string, string> ForgeriesAndPlugins()
    {
        var all = new TheoryData<string, string>();
        foreach (var forgery in (string[])["the authority's name", "an authority of the same name", "expired",
            "not yet valid", "an expired authority",
            "wrong purpose", "signed by a leaf", "name constraints", "wrong name", "self-signed"])
        {
            foreach (var plugin in (string[])["mysql_clear_password", "mysql_native_password",
                "caching_sha2_password"]) all.Add(forgery, plugin);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(ForgeriesAndPlugins))]
    public void ForgedCertificate_GetsNoPassword(string forgery, string plugin)
    {
        var (chain, key) = Forge(forgery);

        Assert.Equal(0, PasswordsSentTo(chain, key, plugin, Settings(TlsMode.VerifyFull), out var full));
        Assert.Contains("no trustworthy TLS connection (the server's certificate", full, StringComparison.Ordinal);
        // verify-ca ignores the name, and nothing else.
        Assert.Equal(forgery == "wrong name",
            PasswordsSentTo(chain, key, plugin, Settings(TlsMode.VerifyCa), out _) > 0);
    }

    [Theory]
    [InlineData("self-signed")]
    [InlineData("signed by the authority")]
    public void CertificateThatTheHostDoesNotKnow_GetsNoPasswordWithoutAnAuthority(string certificate)
    {
        var (chain, key) = Forge(certificate);

        foreach (var mode in (TlsMode[])[TlsMode.VerifyFull, TlsMode.VerifyCa])
        {
            Assert.Equal(0, PasswordsSentTo(
                chain, key, "caching_sha2_password", Settings(mode) with { TlsAuthorities = null }, out var problem));
            Assert.Contains("not signed by an authority that this host knows", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("signed by the authority", "pem")]
    [InlineData("signed by the authority", "der")]
    [InlineData("signed by the authority", "several")]
    [InlineData("for servers", "pem")]
    [InlineData("through another", "pem")]
    [InlineData("through another in the file", "between")]
    [InlineData("cross-signed", "pem")]
    [InlineData("cross-signed", "several")]
    public void CertificateOfTheAuthority_GetsThePassword(string certificate, string file)
    {
        var (chain, key) = Forge(certificate);
        var path = file switch
        {
            "der" => Write("ca.der", _authority.Certificate.RawData),
            "several" => _folder.Write("all.pem",
            Issue("Another", null, IsAuthority).Pem + "\n" + _authority.Pem + "\n"
            + Issue("A third", null, IsAuthority).Pem),
            "between" => _folder.Write("all.pem", _authority.Pem + "\n" + _between.Pem),
            _ => _authorities,
        };

        foreach (var mode in (TlsMode[])[TlsMode.VerifyFull, TlsMode.VerifyCa])
        {
            var sent = PasswordsSentTo(chain, key, "caching_sha2_password",
                Settings(mode) with { TlsAuthorities = path }, out var problem);
            Assert.True(sent == 2, problem);
        }
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("", "contains no certificate")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "contains no certificate")]
    public void FileOfAuthoritiesThatIsOfNoUse_IsNamed(string? text, string problem)
    {
        var path = text is null ? _folder.PathTo("missing.pem") : _folder.Write("bad.pem", text);

        var failure = Assert.Throws<ResponderException>(() =>
            new MySqlServer(Settings(TlsMode.VerifyFull) with { TlsAuthorities = path })
                .Connect(TimeSpan.FromSeconds(5)));

        Assert.Equal((Cause.Settings, $"ssl_ca {path}: {problem}"), (failure.Cause, failure.Message));
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("the certificate")]
    [InlineData(null)]
    public void DamagedFileOfAuthorities_IsNamedAndGetsNoPassword(string? text)
    {
        var path = _folder.Write("bad.pem", text ?? Damaged(_authority));
        var (chain, key) = Forge("signed by the authority");

        var failure = Assert.Throws<ResponderException>(() => PasswordsSentTo(
            chain, key, "mysql_clear_password", Settings(TlsMode.VerifyFull) with { TlsAuthorities = path }, out _));

        Assert.Equal((Cause.Settings, $"ssl_ca {path}: is neither PEM nor DER, or is damaged"),
            (failure.Cause, failure.Message));
    }

    /// <summary>Amazon RDS's bundle has a hundred authorities. Decoding them costs ten times a message.</summary>
    [Fact]
    public void AuthoritiesThatAreNotAboveTheServer_AreNotDecoded()
    {
        var (chain, key) = Forge("signed by the authority");
        var path = _folder.Write("all.pem", Damaged(Issue("Another", null, IsAuthority)) + "\n" + _authority.Pem);

        var sent = PasswordsSentTo(chain, key, "caching_sha2_password",
            Settings(TlsMode.VerifyFull) with { TlsAuthorities = path }, out var problem);

        Assert.True(sent == 2, problem);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Returns a PEM without the last line of its data.</summary>
    private static string Damaged(TestCertificate certificate)
    {
        var lines = certificate.Pem.Split('\n').ToList();
        lines.RemoveAt(lines.Count - 2);
        return string.Join('\n', lines);
    }

    private (TestCertificate[] Chain, RSA Key) Forge(string kind)
    {
        var server = For("localhost");
        var fake = Issue("The authority", null, IsAuthority);
        TestCertificate Leaf(TestCertificate? issuer, params X509Extension[] extensions) =>
            Issue("localhost", issuer, extensions);
        TestCertificate Timed(int from, int until) =>
            Issue("localhost", _authority, RSA.Create(2048), from, until, server);
        TestCertificate[] chain;
        switch (kind)
        {
            case "the authority's name":
                chain = [Leaf(_authority with { Key = fake.Key }, server), _authority];
                break;
            case "an authority of the same name":
                chain = [Leaf(fake, server), fake];
                break;
            case "expired":
                chain = [Timed(-3, -1)];
                break;
            case "not yet valid":
                chain = [Timed(1, 3)];
                break;
            case "an expired authority":
                var old = Issue("Old", _authority, RSA.Create(2048), -3, -1, IsAuthority);
                chain = [Leaf(old, server), old];
                break;
            case "wrong purpose":
                chain = [Leaf(_authority, server, Purpose(ClientAuthentication))];
                break;
            case "signed by a leaf":
                var leaf = Issue("other.example", _authority, For("other.example"), IsNoAuthority);
                chain = [Leaf(leaf, server), leaf];
                break;
            case "name constraints":
                var constrained = Issue("Constrained", _authority, IsAuthority, Only("example.org"));
                chain = [Leaf(constrained, server), constrained];
                break;
            case "wrong name":
                chain = [Leaf(_authority, For("other.example"))];
                break;
            case "self-signed":
                chain = [Leaf(null, server)];
                break;
            case "signed by the authority":
                chain = [Leaf(_authority, server)];
                break;
            case "for servers":
                chain = [Leaf(_authority, server, Purpose(ServerAuthentication))];
                break;
            case "through another":
                chain = [Leaf(_between, server), _between];
                break;
            case "through another in the file":
                chain = [Leaf(_between, server)];
                break;
            case "cross-signed":
                // As Amazon RDS does: the root is sent again, signed by an older root that is not in the file.
                var region = Issue("Region", _authority, IsAuthority);
                var older = Issue("Older", null, IsAuthority);
                chain = [Leaf(region, server), region,
                    Issue("The authority", older, _authority.Key, -1, 1, IsAuthority)];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return (chain, chain[0].Key);
    }

    private MySqlSettings Settings(TlsMode mode) => new()
    {
        Server = "localhost",
        User = "u",
        Database = "d",
        PasswordFile = Secret(),
        Tls = mode,
        TlsAuthorities = _authorities,
    };

    /// <param name="problem">Why the connection failed. With these servers every connection fails.</param>
    private int PasswordsSentTo(TestCertificate[] chain, RSA key, string plugin, MySqlSettings settings,
        out string problem)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        var program = Repository.PathTo("MailResponder.Tests", "Store", "MySql", "false_mysql.py");
        foreach (var argument in (string[])[program,
            _folder.Write("chain.pem", string.Join('\n', chain.Select(one => one.Pem))),
                _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()), plugin])
        {
            start.ArgumentList.Add(argument);
        }

        using var server = Process.Start(start)!;
        settings = settings with { Port = int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture) };
        problem = "";
        try
        {
            new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)).Dispose();
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            problem = MySqlTrouble.Translate(exception, settings).Message;
        }

        var count = int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        server.WaitForExit();
        return count;
    }

    private string Secret()
    {
        var path = _folder.Write("password", "secret\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.PathTo(name), bytes);
        return _folder.PathTo(name);
    }
}
