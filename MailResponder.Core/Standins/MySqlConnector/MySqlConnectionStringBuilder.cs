using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MySqlConnector;

/// <summary>The parts of a connection string (https://mysqlconnector.net/connection-options/) that the stand-in knows.</summary>
public sealed class MySqlConnectionStringBuilder : DbConnectionStringBuilder
{
    /// <summary>Every name that a string may use, and the one that is kept.</summary>
    static readonly Dictionary<string, string> Keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Server"] = "Server",
        ["Host"] = "Server",
        ["Port"] = "Port",
        ["User ID"] = "User ID",
        ["UserID"] = "User ID",
        ["User"] = "User ID",
        ["Uid"] = "User ID",
        ["Password"] = "Password",
        ["Pwd"] = "Password",
        ["Database"] = "Database",
        ["Protocol"] = "Protocol",
        ["SSL Mode"] = "SSL Mode",
        ["SslMode"] = "SSL Mode",
        ["SSL CA"] = "SSL CA",
        ["SslCa"] = "SSL CA",
        ["Connection Timeout"] = "Connection Timeout",
        ["Connect Timeout"] = "Connection Timeout",
        ["Default Command Timeout"] = "Default Command Timeout",
        ["Pooling"] = "Pooling",
        ["Use Affected Rows"] = "Use Affected Rows",
        ["Allow User Variables"] = "Allow User Variables",
    };

    public MySqlConnectionStringBuilder()
    {
    }

    public MySqlConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    /// <summary>Host name or address, or with <see cref="MySqlConnectionProtocol.UnixSocket"/> the socket's path.</summary>
    public string Server { get => Text("Server", ""); set => this["Server"] = value; }

    public uint Port { get => Number("Port", 3306); set => this["Port"] = value; }

    public string UserID { get => Text("User ID", ""); set => this["User ID"] = value; }

    public string Password { get => Text("Password", ""); set => this["Password"] = value; }

    public string Database { get => Text("Database", ""); set => this["Database"] = value; }

    public MySqlConnectionProtocol ConnectionProtocol
    {
        get => Enum.Parse<MySqlConnectionProtocol>(Text("Protocol", nameof(MySqlConnectionProtocol.Sockets)), ignoreCase: true);
        set => this["Protocol"] = value.ToString();
    }

    public MySqlSslMode SslMode
    {
        get => Enum.Parse<MySqlSslMode>(Text("SSL Mode", nameof(MySqlSslMode.Preferred)), ignoreCase: true);
        set => this["SSL Mode"] = value.ToString();
    }

    /// <summary>PEM file of the authorities that may sign the server's certificate; empty: the operating system's.</summary>
    public string SslCa { get => Text("SSL CA", ""); set => this["SSL CA"] = value; }

    /// <summary>Seconds.</summary>
    public uint ConnectionTimeout { get => Number("Connection Timeout", 15); set => this["Connection Timeout"] = value; }

    /// <summary>Seconds without a byte from the server after which a statement is given up; 0 for none.</summary>
    public uint DefaultCommandTimeout { get => Number("Default Command Timeout", 30); set => this["Default Command Timeout"] = value; }

    /// <summary>Kept, but without effect: the stand-in never pools.</summary>
    /// <summary>
    /// Whether an @name that is no parameter is left to the server, as in CREATE USER name@host. The stand-in always
    /// does; the official package refuses such a statement unless this is set.
    /// </summary>
    public bool AllowUserVariables
    {
        get => bool.Parse(Text("Allow User Variables", "False"));
        set => this["Allow User Variables"] = value.ToString();
    }

    public bool Pooling { get => bool.Parse(Text("Pooling", "True")); set => this["Pooling"] = value.ToString(); }

    /// <summary>False: an UPDATE counts the rows that it found. True: those that it changed.</summary>
    public bool UseAffectedRows { get => bool.Parse(Text("Use Affected Rows", "False")); set => this["Use Affected Rows"] = value.ToString(); }

    /// <exception cref="ArgumentException">There is no such option.</exception>
    [AllowNull]
    public override object this[string keyword]
    {
        get => base[Known(keyword)];
        set => base[Known(keyword)] = value;
    }

    string Text(string keyword, string standard) =>
        TryGetValue(keyword, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture)! : standard;

    uint Number(string keyword, uint standard) =>
        TryGetValue(keyword, out var value) ? Convert.ToUInt32(value, CultureInfo.InvariantCulture) : standard;

    static string Known(string keyword) => Keywords.TryGetValue(keyword, out var known) ? known
        : throw new ArgumentException($"Option '{keyword}' not supported.", nameof(keyword));
}
