using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using MySqlConnector;

namespace MailResponder.Tests.Store;

/// <summary>
/// Logs in by MySQL 8's own method over a socket. MariaDB does not have it, so a test double speaks the server's part
/// of the protocol (dev.mysql.com, "Caching SHA-2 Pluggable Authentication"). If the server has seen a password since
/// it started, the client proves it by a hash. Otherwise the server asks for the password itself, and over a socket it
/// reads the password in the clear, with or without TLS. There it never sends its RSA key: it reads a request for the
/// key as a password.
/// </summary>
public sealed class CachingSha2Tests : IDisposable
{
    private const byte FastSuccess = 3, FullAuthentication = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> _logins = new();

    public CachingSha2Tests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.PathTo("mysql.sock")));
        _listener.Listen();
    }

    [Fact]
    public void PasswordThatTheServerKnows_IsProvenWithoutTls()
    {
        Serve("right 🔑", isCached: true, hasTls: true);

        Connect("right 🔑").Dispose();

        AssertLogins("proof");
    }

    [Fact]
    public void PasswordThatTheServerHasNotSeen_ComesByTlsOnceAndIsProvenFromThenOn()
    {
        Serve("right 🔑", isCached: false, hasTls: true);

        Connect("right 🔑").Dispose();
        Connect("right 🔑").Dispose();

        AssertLogins("given up", "password by TLS", "proof");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WrongPassword_IsRefused(bool isCached)
    {
        Serve("right", isCached, hasTls: true);

        Assert.Equal(1045, Assert.Throws<MySqlException>(() => Connect("wrong")).Number);
    }

    [Fact]
    public void ServerWithoutTls_IsNamedWithTheRemedy()
    {
        Serve("right", isCached: false, hasTls: false);

        var failure = Assert.Throws<MySqlException>(() => Connect("right"));

        Assert.Contains(
            "the server has no TLS; without it the password of u cannot be sent to MySQL: switch TLS on, or let the "
            + "user log in by auth_socket",
            MySqlTrouble.Translate(failure, Settings).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    private void AssertLogins(params string[] expected)
    {
        Patience.Until("the server has done with all", () => _logins.Count >= expected.Length);
        Assert.Equal(expected, _logins);
    }

    private MySqlSettings Settings => new()
    {
        Socket = _folder.PathTo("mysql.sock"),
        User = "u",
        PasswordFile = _folder.PathTo("password"),
        Database = "d",
        Tls = TlsMode.None,
    };

    private MySqlConnection Connect(string password)
    {
        var file = _folder.Write("password", password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new MySqlServer(Settings, answersMessage: true).Connect(TimeSpan.FromSeconds(10));
    }

    private void Serve(string password, bool isCached, bool hasTls)
    {
        var key = TestCertificate.Issue("MySQL_Server_8.0_Auto_Generated_Server_Certificate", null);
        var certificate = key.Certificate.CopyWithPrivateKey(key.Key);
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    using var stream = new NetworkStream(_listener.Accept(), ownsSocket: true);
                    try
                    {
                        _logins.Enqueue(Login(stream, password, ref isCached, hasTls ? certificate : null));
                    }
                    catch (IOException exception)
                    {
                        _logins.Enqueue(exception.Message);
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The listener was disposed.
            }
        })
        { IsBackground = true }.Start();
    }

    /// <summary>Serves one client. Returns how the client proved that it knows the password.</summary>
    private static string Login(Stream stream, string password, ref bool isCached, X509Certificate2? certificate)
    {
        // No zero bytes: the library reads the salt as text.
        var salt = RandomNumberGenerator.GetItems<byte>("abcdefghijklmnopqrstuvwxyz"u8, 20);
        Send(stream, 0, [10, .. "8.0.40\0"u8, 1, 0, 0, 0, .. salt[..8], 0, 0x0b,
            (byte)(certificate is null ? 0xa2 : 0xaa), 45, 2, 0, 0x28, 0, 21,
            .. new byte[10], .. salt[8..], 0, .. "caching_sha2_password\0"u8]);
        byte number = 2;
        var answer = Receive(stream);
        var byTls = answer.Length == 32;
        if (byTls)
        {
            var tls = new SslStream(stream);
            tls.AuthenticateAsServer(certificate!);
            (stream, number) = (tls, 3);
            answer = Receive(stream);
        }

        if (answer is [1])
            return "given up";
        var afterUser = Array.IndexOf(answer, (byte)0, 32) + 1;
        var proof = answer.AsSpan(afterUser + 1, answer[afterUser]);
        // SHA256(password) XOR SHA256(twice + salt), where twice is SHA256(SHA256(password)).
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(password));
        var mask = SHA256.HashData([.. SHA256.HashData(hash), .. salt]);
        var login = "proof";
        if (isCached && proof.SequenceEqual(hash.Zip(mask, (a, b) => (byte)(a ^ b)).ToArray()))
        {
            Send(stream, number, [1, FastSuccess]);
            number++;
        }
        else
        {
            Send(stream, number, [1, FullAuthentication]);
            var clear = Receive(stream);
            // COM_QUIT. A real server reads it as a wrong password, but the client does not wait for the answer.
            if (clear is [1])
                return "given up";
            number += 2;
            if (!clear.AsSpan(..^1).SequenceEqual(Encoding.UTF8.GetBytes(password)))
            {
                Send(stream, number, [0xff, 0x15, 0x04,
                    .. "#28000Access denied for user 'u'@'localhost' (using password: YES)"u8]);
                return "wrong password";
            }

            login = byTls ? "password by TLS" : "password";
            isCached = true;
        }

        Send(stream, number, [0, 0, 0, 2, 0, 0, 0]);
        // Perhaps SET NAMES, and then COM_QUIT.
        while (Receive(stream) is not [1])
            Send(stream, 1, [0, 0, 0, 2, 0, 0, 0]);
        return login;
    }

    private static void Send(Stream stream, byte number, byte[] payload) =>
        stream.Write([(byte)payload.Length, (byte)(payload.Length >> 8), 0, number, .. payload]);

    private static byte[] Receive(Stream stream)
    {
        var header = new byte[4];
        stream.ReadExactly(header);
        var payload = new byte[header[0] | (header[1] << 8)];
        stream.ReadExactly(payload);
        return payload;
    }
}
