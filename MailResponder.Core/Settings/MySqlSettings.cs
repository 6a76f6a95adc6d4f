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
}
