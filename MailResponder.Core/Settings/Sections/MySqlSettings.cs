namespace MailResponder.Settings;

/// <summary>How to connect to a MySQL or MariaDB server, and as which user.</summary>
internal sealed record MySqlSettings
{
    public const int DefaultPort = 3306;

    /// <summary>Host name or address. Null if there is a socket.</summary>
    public string? Server { get; init; }

    /// <summary>Path of the server's Unix socket. Null if there is a host name or address.</summary>
    public string? Socket { get; init; }

    public int Port { get; init; } = DefaultPort;

    public required string User { get; init; }

    /// <summary>
    /// The file with the password in its first line. Null: the server identifies us by our Unix user, over the socket.
    /// </summary>
    public string? PasswordFile { get; init; }

    public required string Database { get; init; }

    public TlsMode Tls { get; init; } = TlsMode.VerifyFull;

    /// <summary>
    /// The file of the certificate authorities that may sign the server's certificate: one or more in PEM, or one in
    /// DER. Null: those of the operating system.
    /// </summary>
    public string? TlsAuthorities { get; init; }

    /// <summary>The database, as error messages name it. Never contains a secret.</summary>
    public string Place => Socket is not null ? $"{Database} at {Socket}"
        : Port == DefaultPort ? $"{Database} at {Server}" : $"{Database} at {Server}:{Port}";

    /// <summary>Reads the section <c>mysql</c>. Null, with a fault, if there is none.</summary>
    /// <param name="database">The section that contains it.</param>
    public static MySqlSettings? Read(SettingsSection database)
    {
        if (database.Section("mysql", ["server", "socket", "port", "user", "password_file", "database", "ssl_mode",
            "ssl_ca"], required: true) is not { } mysql)
        {
            return null;
        }

        // There must be a server or a socket, and no setting that belongs to the other.
        var bySocket = mysql.Has("socket");
        if (mysql.Has("server") == bySocket)
            database.Add("mysql", bySocket ? "names a server and a socket; keep one of the two"
                : "must name a \"server\" (host name) or a \"socket\" (path)");
        foreach (var name in (string[])["port", "ssl_mode", "ssl_ca"])
        {
            if (bySocket && mysql.Has(name))
                mysql.Add(name, "applies to a server, not to a socket; remove it");
        }

        var tls = mysql.Choice("ssl_mode", TlsMode.VerifyFull);
        if (mysql.Has("ssl_ca") && tls is not (TlsMode.VerifyFull or TlsMode.VerifyCa))
            mysql.Add("ssl_ca",
                $"has no effect with ssl_mode {tls.Hyphenated()}; set \"verify-full\", or remove it");
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

/// <summary>How a connection to a server is protected.</summary>
internal enum TlsMode
{
    /// <summary>
    /// TLS. The certificate must be for this server's name, and signed by an authority that we trust.
    /// </summary>
    VerifyFull,

    /// <summary>TLS. The certificate must be signed by an authority that we trust, but may be for any name.</summary>
    VerifyCa,

    /// <summary>
    /// TLS with any certificate. This stops eavesdroppers, but not an attacker who poses as the server.
    /// </summary>
    Required,

    /// <summary>TLS with any certificate if the server offers it, otherwise no TLS.</summary>
    Preferred,

    None,
}
