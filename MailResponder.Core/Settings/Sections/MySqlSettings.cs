namespace MailResponder.Settings;

/// <summary>How to reach a MySQL or MariaDB server, and as whom.</summary>
internal sealed record MySqlSettings
{
    public const int DefaultPort = 3306;

    /// <summary>Host name or address; null when there is a socket.</summary>
    public string? Server { get; init; }

    /// <summary>Path of the server's unix socket; null when there is a server.</summary>
    public string? Socket { get; init; }

    public int Port { get; init; } = DefaultPort;

    public required string User { get; init; }

    /// <summary>
    /// Holds the password in its first line. Null: the server identifies us by our Unix user, over the socket.
    /// </summary>
    public string? PasswordFile { get; init; }

    public required string Database { get; init; }

    public TlsMode Tls { get; init; } = TlsMode.VerifyFull;

    /// <summary>
    /// File of the authorities that may sign the server's certificate: PEM, any number, or DER, one. Null: those of the
    /// operating system.
    /// </summary>
    public string? TlsAuthorities { get; init; }

    /// <summary>The database as an error message names it; never a secret.</summary>
    public string Place => Socket is not null ? $"{Database} at {Socket}"
        : Port == DefaultPort ? $"{Database} at {Server}" : $"{Database} at {Server}:{Port}";

    /// <summary>Null, with a fault, when there is no such section.</summary>
    /// <param name="database">The section that it stands in.</param>
    public static MySqlSettings? Read(SettingsSection database)
    {
        if (database.Section("mysql", ["server", "socket", "port", "user", "password_file", "database", "ssl_mode",
            "ssl_ca"], required: true) is not { } mysql)
        {
            return null;
        }

        // A server or a socket, and nothing that belongs to the other.
        var bySocket = mysql.Has("socket");
        if (mysql.Has("server") == bySocket)
            database.Add("mysql", bySocket ? "names a server and a socket; keep one of the two"
                : "must name a \"server\" (host name) or a \"socket\" (path)");
        foreach (var name in (string[])["port", "ssl_mode", "ssl_ca"])
        {
            if (bySocket && mysql.Has(name))
                mysql.Add(name, "goes with a server, not with a socket; remove it");
        }

        var tls = mysql.Choice("ssl_mode", TlsMode.VerifyFull);
        if (mysql.Has("ssl_ca") && tls is not (TlsMode.VerifyFull or TlsMode.VerifyCa))
            mysql.Add("ssl_ca",
                $"is not looked at with ssl_mode {tls.Hyphenated()}; set \"verify-full\", or remove it");
        return new MySqlSettings
        {
            Server = mysql.TextOrNull("server"),
            Socket = mysql.FilePathOrNull("socket"),
            Port = (int)mysql.Number("port", DefaultPort, 1, 65535),
            User = mysql.Text("user", required: true),
            PasswordFile = mysql.FilePathOrNull("password_file", required: !bySocket),
            Database = mysql.Text("database", required: true),
            Tls = bySocket ? TlsMode.None : tls,
            TlsAuthorities = mysql.FilePathOrNull("ssl_ca"),
        };
    }
}
