namespace MySqlConnector;

public enum MySqlConnectionProtocol
{
    /// <summary>TCP.</summary>
    Sockets = 1,

    /// <summary>A unix socket; the server's name is its path.</summary>
    UnixSocket = 3,
}
