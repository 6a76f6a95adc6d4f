using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Limits;

/// <summary>The server that the settings name, and the ways to log in to it.</summary>
internal sealed class MySqlServer(MySqlSettings settings)
{
    private const int MaxConnectSeconds = 10;

    public MySqlSettings Settings => settings;

    /// <summary>Opens a connection to the database as the responder's user.</summary>
    /// <param name="maxWait">For the connection, and then for each answer.</param>
    /// <exception cref="MySqlException">The server is away or refuses.</exception>
    /// <exception cref="ResponderException">The password file cannot be used.</exception>
    public MySqlConnection Connect(TimeSpan maxWait)
    {
        var login = Way(settings.Socket, maxWait);
        login.UserID = settings.User;
        login.Database = settings.Database;
        if (settings.PasswordFile is not null)
            login.Password = ReadPassword(settings.PasswordFile);
        return Open(login);
    }

    /// <summary>Opens a connection to no database in particular as somebody who may create one.</summary>
    /// <inheritdoc cref="Connect"/>
    public MySqlConnection ConnectAs(MySqlAdministrator administrator, TimeSpan maxWait)
    {
        var login = Way(administrator.Socket ?? settings.Socket, maxWait);
        login.UserID = administrator.User;
        if (administrator.PasswordFile is not null)
            login.Password = ReadPassword(administrator.PasswordFile);
        return Open(login);
    }

    /// <summary>The first line of the file.</summary>
    public static string ReadPassword(string path)
    {
        var text = SecretFile.Read(path, Cause.Settings, "password file");
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var password = end < 0 ? text : text[..end];
        return password.Length > 0 ? password
            : throw new ResponderException(Cause.Settings, $"password file {path}: its first line is empty; it must be the password");
    }

    private MySqlConnectionStringBuilder Way(string? socket, TimeSpan maxWait)
    {
        // Rounded down: the deadline must not pass first.
        var seconds = (uint)Math.Max(1, maxWait.TotalSeconds);
        var way = new MySqlConnectionStringBuilder
        {
            Server = socket ?? settings.Server!,
            ConnectionProtocol = socket is null ? MySqlConnectionProtocol.Sockets : MySqlConnectionProtocol.UnixSocket,
            ConnectionTimeout = Math.Min(MaxConnectSeconds, seconds),
            DefaultCommandTimeout = seconds,
            Pooling = false,
            // Account names have an @, and are no parameters.
            AllowUserVariables = true,
        };
        if (socket is not null)
            return way;
        way.Port = (uint)settings.Port;
        way.SslMode = settings.Tls switch
        {
            TlsMode.VerifyFull => MySqlSslMode.VerifyFull,
            TlsMode.VerifyCa => MySqlSslMode.VerifyCA,
            TlsMode.Required => MySqlSslMode.Required,
            TlsMode.Preferred => MySqlSslMode.Preferred,
            _ => MySqlSslMode.None,
        };
        if (settings.TlsAuthorities is not null)
            way.SslCa = settings.TlsAuthorities;
        return way;
    }

    private static MySqlConnection Open(MySqlConnectionStringBuilder login)
    {
        var connection = new MySqlConnection(login.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
