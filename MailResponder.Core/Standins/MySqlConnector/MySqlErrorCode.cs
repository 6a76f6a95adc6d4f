namespace MySqlConnector;

/// <summary>Error numbers of the server (its manual, "Server Error Reference"); any other number is cast as it is.</summary>
public enum MySqlErrorCode
{
    /// <summary>No answer from the server within the command timeout.</summary>
    CommandTimeoutExpired = -1,

    None = 0,
    DiskFull = 1021,
    ErrorOnWrite = 1026,
    ConnectionCountError = 1040,

    /// <summary>Also: the server is away, or does not speak TLS as it should.</summary>
    UnableToConnectToHost = 1042,

    DatabaseAccessDenied = 1044,
    AccessDenied = 1045,
    UnknownDatabase = 1049,
    ServerShutdown = 1053,
    DuplicateKeyEntry = 1062,
    ParseError = 1064,
    RecordFileFull = 1114,
    HostIsBlocked = 1129,
    HostNotPrivileged = 1130,
    TableAccessDenied = 1142,
    NoSuchTable = 1146,
    LockWaitTimeout = 1205,
    LockDeadlock = 1213,
    OptionPreventsStatement = 1290,
    QueryInterrupted = 1317,
    XARBDeadlock = 1614,

    /// <summary>MariaDB's; the official package has no name for it.</summary>
    ConnectionKilled = 1927,
}
