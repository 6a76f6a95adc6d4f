using System.Text.Json.Nodes;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Backup;

/// <summary>
/// With a database server, the backup holds keys and settings, and the output gives the commands by which the server's
/// own programs do the rest.
/// </summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlBackups(PrivateMariaDb server) : IDisposable
{
    private readonly Workplace _place = new();
    private readonly TemporaryFolder _away = new();

    public void Dispose()
    {
        _place.Dispose();
        _away.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PrintedCommands_KeepAndBringBackTheDatabase(bool isOverTls)
    {
        var mySql = server.NewDatabase();
        var network = server.OverTls(mySql);
        _place.WriteSecret("address.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
        _place.WriteSecret("database.password", "secret\n");
        File.Copy(network.TlsAuthorities!, _place.PathTo("ca.pem"));
        _place.Settings["database"] = new JsonObject
        {
            ["mysql"] = isOverTls
                ? new JsonObject
                {
                    ["server"] = network.Server,
                    ["port"] = network.Port,
                    ["ssl_ca"] = "ca.pem",
                    ["user"] = mySql.User,
                    ["password_file"] = "database.password",
                    ["database"] = mySql.Database,
                }
                : new JsonObject
                {
                    ["socket"] = mySql.Socket,
                    ["user"] = mySql.User,
                    ["password_file"] = "database.password",
                    ["database"] = mySql.Database,
                },
        };
        _place.Write();
        var request = RequestMail.FromSomebodyNew();
        _place.Filter(request).AssertDone();
        var archive = _away.PathTo("it's a backup.tar.gz");

        var said = _place.Command("backup", archive);

        Assert.True(said.ExitCode == 0, said.Errors);
        var command = said.OutputText.TrimEnd('\n').Split('\n')[^1];
        Assert.DoesNotContain("secret", command, StringComparison.Ordinal);
        ToolRun.Of("/bin/sh", "-c", command).AssertDone();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(archive + ".sql"));

        // Changes after the backup are lost with the server.
        var later = RequestMail.FromSomebodyNew();
        _place.Filter(later).AssertDone();
        using var fresh = new Workplace();
        var restored = fresh.Command("restore", archive, "--replace");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Equal("secret\n", File.ReadAllText(fresh.PathTo("database.password")));
        server.AsAdministrator($"DROP DATABASE {mySql.Database}; CREATE DATABASE {mySql.Database}");
        var lines = restored.OutputText.Split('\n');
        var reading = lines.Single(line => line.StartsWith("mariadb --", StringComparison.Ordinal));
        // Here root logs in through the socket, without a password.
        reading = $"mariadb --socket={server.Socket} --user=root {reading.Split("--password ")[1]}";
        reading = reading.Replace("FILE", $"\"{archive}.sql\"", StringComparison.Ordinal);
        ToolRun.Of("/bin/sh", "-c", reading).AssertDone();

        fresh.Filter(request).AssertDone();
        Assert.Empty(fresh.Outbox);
        fresh.Filter(later).AssertDone();
        Assert.Equal(2, fresh.Outbox.Count);
    }

    /// <summary>Through the socket the server knows the service by its Unix user, as install.sh sets it up.</summary>
    [Fact]
    public void WithoutPassword_TheUsersOwnRightsAreTaken()
    {
        var mySql = server.NewDatabase();
        server.AsAdministrator($"CREATE OR REPLACE USER mail_responder@localhost IDENTIFIED VIA unix_socket; "
            + $"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON {mySql.Database}.* TO mail_responder@localhost");
        mySql = mySql with { User = "mail_responder", PasswordFile = null };
        var command = MailResponder.Backup.MySqlDump.Writing(mySql, _away.PathTo("dump.sql"));
        ToolRun.Of("/bin/sh", "-c", command).AssertDone();
        Assert.Contains("-- Dump completed", File.ReadAllText(_away.PathTo("dump.sql")), StringComparison.Ordinal);
    }
}
