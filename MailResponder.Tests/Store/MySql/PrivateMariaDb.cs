using System.Diagnostics;
using System.Net;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Tests.Store;

/// <summary>
/// A private MariaDB server in a temporary folder, reachable over a Unix socket and over TLS. It is started once for
/// all tests of the collection, which run one after the other and may stop and restart it.
/// </summary>
public sealed class PrivateMariaDb : IDisposable
{
    public const string Collection = "MariaDB";

    private readonly string _folder = Directory.CreateTempSubdirectory("mariadb-").FullName;
    private int _databases;
    private Process? _server;

    public PrivateMariaDb()
    {
        foreach (var program in (string[])["/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db"])
            Assert.True(File.Exists(program),
                $"{program} is missing: run the tests with MailResponder.Tests/run.sh, which installs it");
        var authority = TestCertificate.Issue("the tests' authority", null, TestCertificate.IsAuthority);
        var certificate = TestCertificate.Issue(
            "localhost", authority, TestCertificate.For("localhost", IPAddress.Loopback));
        File.WriteAllText(PathTo("ca.pem"), authority.Pem);
        File.WriteAllText(PathTo("server.pem"), certificate.Pem);
        File.WriteAllText(PathTo("server.key"), certificate.Key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PathTo("other-ca.pem"),
            TestCertificate.Issue("somebody else's authority", null, TestCertificate.IsAuthority).Pem);
        Directory.CreateDirectory(PathTo("data"));
        // Root's temporary folders are closed to other users, and the server must not run as root.
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("0755", 8));
        if (Environment.UserName == "root") Run("chown", "-R", "mysql", _folder);
        Run("/usr/bin/mariadb-install-db", "--no-defaults", $"--datadir={PathTo("data")}", "--skip-test-db",
            "--skip-name-resolve",
            "--auth-root-authentication-method=socket", $"--auth-root-socket-user={Environment.UserName}",
            $"--user={ServerUser}");
        Start();
    }

    public int Port { get; } = Loopback.FreePort();

    public string Socket => PathTo("data/server.sock");

    private static string ServerUser => Environment.UserName == "root" ? "mysql" : Environment.UserName;

    public string PathTo(string name) => Path.Combine(_folder, name);

    public void Start(params string[] more)
    {
        var start = new ProcessStartInfo("/usr/sbin/mariadbd")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])["--no-defaults", $"--datadir={PathTo("data")}", $"--user={ServerUser}",
            $"--socket={Socket}",
            $"--port={Port}", "--bind-address=127.0.0.1", $"--pid-file={PathTo("data/server.pid")}",
            $"--log-error={PathTo("data/server.log")}",
            $"--ssl-ca={PathTo("ca.pem")}", $"--ssl-cert={PathTo("server.pem")}", $"--ssl-key={PathTo("server.key")}",
            "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M", "--skip-name-resolve",
            "--max-connections=250",
            "--plugin-load-add=auth_ed25519", .. more])
        {
            start.ArgumentList.Add(argument);
        }

        _server = Process.Start(start)!;
        Patience.Until("MariaDB answers", () =>
            _server.HasExited ? throw new InvalidOperationException(Log()) : Answers(), Log);
    }

    /// <summary>Stops the server in an orderly way. Open connections are cut.</summary>
    public void Stop()
    {
        Run("/bin/kill", "-TERM", $"{_server!.Id}");
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
    }

    public void Restart(params string[] more)
    {
        Stop();
        Start(more);
    }

    /// <summary>
    /// Creates a database and its own user for the socket, with all permissions that the responder needs.
    /// </summary>
    internal MySqlSettings NewDatabase(string grants = "SELECT, INSERT, UPDATE, DELETE, CREATE")
    {
        var name = $"mail_{Interlocked.Increment(ref _databases)}";
        AsAdministrator(
            $"CREATE DATABASE {name} CHARACTER SET utf8mb4; CREATE USER {name}@localhost IDENTIFIED BY 'secret'; "
            + $"CREATE USER {name}@'%' IDENTIFIED BY 'secret'");
        if (grants.Length > 0) AsAdministrator(
            $"GRANT {grants} ON {name}.* TO {name}@localhost; GRANT {grants} ON {name}.* TO {name}@'%'");
        return new MySqlSettings
        {
            Socket = Socket,
            User = name,
            Database = name,
            PasswordFile = Secret("password", "secret"),
        };
    }

    /// <summary>Returns settings for the same database over the network.</summary>
    internal MySqlSettings OverTls(MySqlSettings settings) => settings with
    {
        Socket = null,
        Server = "localhost",
        Port = Port,
        Tls = TlsMode.VerifyFull,
        TlsAuthorities = PathTo("ca.pem"),
    };

    /// <summary>Writes a file that only its owner can read, and returns its path.</summary>
    public string Secret(string name, string text)
    {
        File.WriteAllText(PathTo(name), text + "\n");
        File.SetUnixFileMode(PathTo(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return PathTo(name);
    }

    /// <summary>Runs statements separated by semicolons, and returns the first column of the last result.</summary>
    public IReadOnlyList<string> AsAdministrator(string statements)
    {
        using var connection = Administrator();
        var values = new List<string>();
        foreach (var statement in statements.Split(
            ';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            values.Clear();
            using var command = new MySqlCommand(statement, connection);
            using var reader = command.ExecuteReader();
            while (reader.Read()) values.Add($"{reader.GetValue(0)}");
        }

        return values;
    }

    public MySqlConnection Administrator()
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = Socket,
            ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
            UserID = Environment.UserName,
            Pooling = false,
            AllowUserVariables = true,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    public void Dispose()
    {
        if (_server is not null) Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        try
        {
            Administrator().Dispose();
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private string Log() =>
        File.Exists(PathTo("data/server.log")) ? File.ReadAllText(PathTo("data/server.log")) : "no log";

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {output}{errors.Result}");
    }
}
