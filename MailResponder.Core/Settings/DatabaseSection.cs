namespace MailResponder.Settings;

/// <summary>Reads the setting <c>database</c>: <c>{ "sqlite": … }</c> or <c>{ "mysql": { … } }</c>.</summary>
internal static class DatabaseSection
{
    private static readonly string[] MySqlNames =
        ["server", "socket", "port", "user", "password_file", "database", "ssl_mode", "ssl_ca"];

    /// <summary>
    /// Every fault goes to <paramref name="values"/>; what comes back with a fault is not to be used.
    /// </summary>
    /// <param name="values">The whole settings file.</param>
    /// <param name="filePath">Makes a path absolute.</param>
    public static DatabaseSettings Read(SettingsSection values, Func<string, string> filePath)
    {
        var database = values.Section("database", ["sqlite", "mysql"], required: true);
        if (database is null)
            return new DatabaseSettings("", null);
        var both = database.Has("sqlite") && database.Has("mysql");
        if (both || (!database.Has("sqlite") && !database.Has("mysql")))
        {
            values.Add(values.LineOf("database"), "database",
                (both ? "names two databases; keep one of" : "must hold one of")
                    + " \"sqlite\": \"FILE\" (one host) and \"mysql\": { … } (several hosts)");
        }

        return database.Has("mysql")
            ? new DatabaseSettings(null, MySql(database, filePath))
            : new DatabaseSettings(filePath(database.Text("sqlite")), null);
    }

    private static MySqlSettings? MySql(SettingsSection database, Func<string, string> filePath)
    {
        if (database.Section("mysql", MySqlNames, required: true) is not { } mysql)
            return null;
        CheckWay(database, mysql);
        var bySocket = mysql.Has("socket");
        var tls = mysql.Choice("ssl_mode", TlsMode.VerifyFull);
        if (mysql.Has("ssl_ca") && tls is not (TlsMode.VerifyFull or TlsMode.VerifyCa))
            mysql.Add(mysql.LineOf("ssl_ca"), "ssl_ca",
                $"is not looked at with ssl_mode {tls.Hyphenated()}; set \"verify-full\", or remove it");
        return new MySqlSettings
        {
            Server = bySocket ? null : mysql.Text("server"),
            Socket = bySocket ? filePath(mysql.Text("socket")) : null,
            Port = (int)mysql.Number("port", MySqlSettings.DefaultPort, 1, 65535),
            User = mysql.Text("user", required: true),
            PasswordFile = mysql.Text("password_file", required: !bySocket) is { Length: > 0 } file
                ? filePath(file) : null,
            Database = mysql.Text("database", required: true),
            Tls = bySocket ? TlsMode.None : tls,
            TlsAuthorities = mysql.Text("ssl_ca") is { Length: > 0 } authorities ? filePath(authorities) : null,
        };
    }

    /// <summary>A server or a socket, and nothing that belongs to the other.</summary>
    private static void CheckWay(SettingsSection database, SettingsSection mysql)
    {
        if (mysql.Has("server") == mysql.Has("socket"))
        {
            database.Add(database.LineOf("mysql"), "mysql",
                mysql.Has("server") ? "names a server and a socket; keep one of the two"
                    : "must name a \"server\" (host name) or a \"socket\" (path)");
        }

        if (!mysql.Has("socket"))
            return;
        foreach (var name in (string[])["port", "ssl_mode", "ssl_ca"])
        {
            if (mysql.Has(name))
                mysql.Add(mysql.LineOf(name), name, "goes with a server, not with a socket; remove it");
        }
    }
}
