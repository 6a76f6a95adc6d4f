using System.Data.Common;
using System.Security.Authentication;

namespace MySqlConnector;

/// <summary>What the server, or the way to it, reports as wrong.</summary>
public sealed class MySqlException : DbException
{
    // Client error numbers (errmsg.h).
    const int TlsError = 2026;
    const int AuthenticationPlugin = 2059;
    const int AuthenticationPluginError = 2061;

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

    /// <summary>Whether the connection is of no more use: after the library's own errors, and after the server's goodbyes.</summary>
    internal bool IsLoss => ErrorCode is MySqlErrorCode.None or MySqlErrorCode.ServerShutdown or MySqlErrorCode.ConnectionKilled;

    internal static MySqlException OfConnecting(int number, string sqlState, string message) => number switch
    {
        TlsError => new MySqlException(MySqlErrorCode.UnableToConnectToHost, null, "SSL Authentication Error", new AuthenticationException(message)),
        AuthenticationPlugin or AuthenticationPluginError => new MySqlException(MySqlErrorCode.AccessDenied, sqlState, message),
        _ when IsOfLibrary(number) => new MySqlException(MySqlErrorCode.UnableToConnectToHost, null, message),
        _ => new MySqlException((MySqlErrorCode)number, sqlState, message),
    };

    internal static MySqlException OfStatement(int number, string sqlState, string message) => number switch
    {
        _ when IsOfLibrary(number) => new MySqlException(MySqlErrorCode.None, null, message),
        _ => new MySqlException((MySqlErrorCode)number, sqlState, message),
    };

    /// <summary>The ranges CR_MIN_ERROR to CR_MAX_ERROR and CER_MIN_ERROR to CER_MAX_ERROR.</summary>
    static bool IsOfLibrary(int number) => number is (>= 2000 and <= 2999) or (>= 5000 and <= 5999);
}
