using System.Data.Common;
using System.Security.Authentication;

namespace MySqlConnector;

/// <summary>What the server, or the way to it, reports as wrong.</summary>
public sealed class MySqlException : DbException
{
    // Client error numbers (errmsg.h).
    const int SocketError = 2002;
    const int HostError = 2003;
    const int UnknownHost = 2005;
    const int ServerGone = 2006;
    const int ServerLost = 2013;
    const int TlsError = 2026;
    const int MalformedPacket = 2027;

    internal MySqlException(MySqlErrorCode errorCode, string? sqlState, string message, Exception? inner = null)
        : base(message, inner)
    {
        ErrorCode = errorCode;
        SqlState = sqlState;
    }

    public new MySqlErrorCode ErrorCode { get; }

    /// <summary>The same as <see cref="ErrorCode"/>.</summary>
    public int Number => (int)ErrorCode;

    public override string? SqlState { get; }

    /// <summary>Whether the same can succeed when it is tried again at once.</summary>
    public override bool IsTransient => ErrorCode is MySqlErrorCode.ConnectionCountError or MySqlErrorCode.LockDeadlock
        or MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.XARBDeadlock;

    /// <summary>Whether the error number means that the connection is of no more use.</summary>
    internal static bool IsLoss(int number) => number is ServerGone or ServerLost or MalformedPacket or (int)MySqlErrorCode.ServerShutdown;

    internal static MySqlException OfConnecting(int number, string sqlState, string message) => number switch
    {
        TlsError => new MySqlException(MySqlErrorCode.UnableToConnectToHost, null, "SSL Authentication Error", new AuthenticationException(message)),
        SocketError or HostError or UnknownHost or ServerGone or ServerLost or MalformedPacket =>
            new MySqlException(MySqlErrorCode.UnableToConnectToHost, null, message),
        _ => new MySqlException((MySqlErrorCode)number, sqlState, message),
    };

    internal static MySqlException OfStatement(int number, string sqlState, string message) => number switch
    {
        ServerGone or ServerLost or MalformedPacket => new MySqlException(MySqlErrorCode.None, null, message),
        _ => new MySqlException((MySqlErrorCode)number, sqlState, message),
    };
}
