using MailResponder.Settings;

namespace MailResponder.Tests.Settings;

/// <summary>The setting "database": one of two kinds, and each fault with its line.</summary>
public sealed class DatabaseSettingsTests
{
    private const string Server = """ "server": "s", "user": "u", "database": "d", "password_file": "p" """;

    [Fact]
    public void Sqlite_IsAFileBesideTheSettings()
    {
        var (settings, faults) = Check("""{ "sqlite": "a.db" }""");

        Assert.Empty(faults);
        Assert.Equal(new DatabaseSettings(
            settings!.File.Replace("settings.json", "a.db", StringComparison.Ordinal), null), settings.Database);
    }

    [Fact]
    public void Server_IsVerifiedUnlessToldOtherwise()
    {
        var (settings, faults) = Check(
            """{ "mysql": { "server": "db.example.com", "user": "u", "password_file": "/p", "database": "d" } }""");

        Assert.Empty(faults);
        Assert.Equal(
            new MySqlSettings
            {
                Server = "db.example.com",
                User = "u",
                PasswordFile = "/p",
                Database = "d",
                Port = 3306,
                Tls = TlsMode.VerifyFull
            },
            settings!.Database.MySql);
    }

    [Fact]
    public void Socket_NeedsNoPassword()
    {
        var (settings, faults) = Check("""{ "mysql": { "socket": "/run/s.sock", "user": "u", "database": "d" } }""");

        Assert.Empty(faults);
        Assert.Equal(new MySqlSettings { Socket = "/run/s.sock", User = "u", Database = "d", Tls = TlsMode.None },
            settings!.Database.MySql);
    }

    [Theory]
    [InlineData("{}", "4: database: must name one of \"sqlite\"")]
    [InlineData("""{ "sqlite": "a", "mysql": { "socket": "/s", "user": "u", "database": "d" } }""",
        "4: database: names two databases; keep one of")]
    [InlineData("""{ "mysql": "db.example.com" }""", "4: database.mysql: must be an object")]
    [InlineData("""{ "mysqll": {} }""", "4: database.mysqll: is unknown; did you mean \"mysql\"?")]
    [InlineData("""{ "mysql": { "user": "u", "database": "d" } }""",
        "4: database.mysql: must name a \"server\" (host name) or a \"socket\" (path)")]
    [InlineData("""{ "mysql": { "server": "s", "socket": "/s", "user": "u", "database": "d" } }""",
        "4: database.mysql: names a server and a socket")]
    [InlineData("""{ "mysql": { "server": "s", "user": "u", "database": "d" } }""",
        "4: database.mysql.password_file: is missing")]
    [InlineData("""{ "mysql": {""" + Server + """, "ssl_mode": "verify-ful" } }""", "did you mean \"verify-full\"?")]
    [InlineData("""{ "mysql": {""" + Server + """, "ssl_mode": "1" } }""",
        "database.mysql.ssl_mode: must be one of verify-full, verify-ca, required, preferred, none")]
    [InlineData("""{ "mysql": {""" + Server + """, "ssl_mode": "required", "ssl_ca": "c" } }""",
        "database.mysql.ssl_ca: has no effect with ssl_mode required")]
    [InlineData("""{ "mysql": {""" + Server + """, "port": 0 } }""",
        "database.mysql.port: must be a whole number from 1 to 65535")]
    [InlineData("""{ "mysql": { "socket": "/s", "user": "u", "database": "d", "port": 3306 } }""",
        "database.mysql.port: applies to a server, not to a socket")]
    [InlineData("""{ "mysql": { "server": "s", "user": "u", "database": "d", "password": "p" } }""",
        "database.mysql.password: is unknown; known here are server, socket")]
    public void Fault_IsNamedWithItsLine(string database, string expected)
    {
        var (settings, faults) = Check(database);

        Assert.Null(settings);
        Assert.Contains(faults, fault => fault.Contains(expected, StringComparison.Ordinal));
    }

    private static (ResponderSettings? Settings, string[] Faults) Check(string database)
    {
        var folder = Directory.CreateTempSubdirectory("settings-").FullName;
        try
        {
            var path = Path.Combine(folder, "settings.json");
            File.WriteAllText(path, $$"""
                {
                  "response_from": "a@example.com", "bounce_address": "b@example.com", "own_domains": ["example.com"],
                  "response_book": "r.json", "address_key_file": "k", "send_method": "outbox",
                  "database": {{database}}
                }
                """);
            var faults = new List<Fault>();
            var settings = SettingsFile.Check(path, faults);
            return (settings, [.. faults.Select(fault => fault.ToString())]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
