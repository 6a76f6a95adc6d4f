using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Limits;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Tests.Limits;

/// <summary>
/// MySQL 8's own way to log in. MariaDB does not have it, so that a double speaks the server's part of the protocol
/// (dev.mysql.com, "Caching SHA-2 Pluggable Authentication"): greeting, one look at the answer, verdict.
/// </summary>
public sealed class CachingSha2Tests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("sha2-").FullName;
    readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public CachingSha2Tests() => listener.Start();

    [Fact]
    public async Task RightPassword_IsLetIn()
    {
        var server = Task.Run(() => Serve("right 🔑"));

        Connect("right 🔑").Dispose();

        Assert.True(await server);
    }

    [Fact]
    public async Task WrongPassword_IsRefused()
    {
        var server = Task.Run(() => Serve("right"));

        Assert.Equal(1045, Assert.Throws<MySqlException>(() => Connect("wrong")).Number);

        Assert.False(await server);
    }

    public void Dispose()
    {
        listener.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    MySqlConnection Connect(string password)
    {
        var file = Path.Combine(folder, "password");
        File.WriteAllText(file, password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new MySqlServer(new MySqlSettings
        {
            Server = "127.0.0.1",
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            User = "u",
            PasswordFile = file,
            Database = "d",
            Tls = TlsMode.None,
        }).Connect(TimeSpan.FromSeconds(10));
    }

    /// <summary>One client. Tells whether it knew the password.</summary>
    bool Serve(string password)
    {
        using var client = listener.AcceptTcpClient();
        using var stream = client.GetStream();
        // No zeros: the library reads the salt as text.
        var salt = RandomNumberGenerator.GetItems<byte>("abcdefghijklmnopqrstuvwxyz"u8, 20);
        Send(stream, 0, [10, .. "8.0.40\0"u8, 1, 0, 0, 0, .. salt[..8], 0, 0x0b, 0xa2, 45, 2, 0, 0x28, 0, 21, .. new byte[10], .. salt[8..], 0,
            .. "caching_sha2_password\0"u8]);
        var answer = Receive(stream);
        var afterUser = Array.IndexOf(answer, (byte)0, 32) + 1;
        var proof = answer.AsSpan(afterUser + 1, answer[afterUser]).ToArray();
        // SHA256(password) XOR SHA256(twice + salt), where twice is SHA256(SHA256(password)).
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(password));
        var mask = SHA256.HashData([.. SHA256.HashData(hash), .. salt]);
        var isRight = proof.AsSpan().SequenceEqual(hash.Zip(mask, (a, b) => (byte)(a ^ b)).ToArray());
        if (!isRight)
        {
            Send(stream, 2, [0xff, 0x15, 0x04, .. "#28000Access denied for user 'u'@'h'"u8]);
            return false;
        }

        Send(stream, 2, [1, 3]);
        Send(stream, 3, [0, 0, 0, 2, 0, 0, 0]);
        // Until the client says goodbye.
        Receive(stream);
        return true;
    }

    static void Send(NetworkStream stream, byte number, byte[] payload) =>
        stream.Write([(byte)payload.Length, (byte)(payload.Length >> 8), 0, number, .. payload]);

    static byte[] Receive(NetworkStream stream)
    {
        var header = new byte[4];
        stream.ReadExactly(header);
        var payload = new byte[header[0] | (header[1] << 8)];
        stream.ReadExactly(payload);
        return payload;
    }
}
