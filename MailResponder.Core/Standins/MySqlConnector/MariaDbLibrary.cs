using System.Runtime.InteropServices;

namespace MySqlConnector;

/// <summary>
/// MariaDB Connector/C (package libmariadb3), by its documented names and numbers:
/// https://mariadb.com/docs/connectors/mariadb-connector-c. Functions returning int or byte return 0 for success.
/// </summary>
static unsafe partial class MariaDbLibrary
{
    const string Library = "libmariadb.so.3";

    // enum mysql_option
    public const int OptionConnectTimeout = 0;
    public const int OptionCharacterSet = 7;
    public const int OptionLocalInfile = 8;
    public const int OptionProtocol = 9;
    public const int OptionReadTimeout = 11;
    public const int OptionWriteTimeout = 12;
    public const int OptionVerifyServerCertificate = 21;
    public const int OptionEnforceTls = 38;
    public const int OptionMaxAllowedPacket = 39;
    public const int OptionRestrictedAuthentication = 7026;

    // enum mysql_protocol_type
    public const uint ProtocolTcp = 1;
    public const uint ProtocolSocket = 2;

    /// <summary>Rows that a WHERE clause found count as affected, changed or not.</summary>
    public const ulong ClientFoundRows = 2;

    // enum enum_stmt_attr_type
    public const int StatementUpdateMaxLength = 0;
    public const int StatementPrebindParameters = 200;

    /// <summary>What <see cref="mysql_stmt_fetch"/> returns behind the last row.</summary>
    public const int NoData = 100;

    /// <summary>Once and before anything else: threads that came together would each do it.</summary>
    static MariaDbLibrary()
    {
        if (mysql_server_init(0, 0, 0) != 0)
            throw new InsufficientMemoryException();
    }

    [LibraryImport(Library)]
    private static partial int mysql_server_init(int count, nint arguments, nint groups);

    [LibraryImport(Library)]
    public static partial nuint mysql_get_client_version();

    [LibraryImport(Library)]
    public static partial nint mysql_init(nint mysql);

    [LibraryImport(Library)]
    public static partial int mysql_options(nint mysql, int option, void* value);

    [LibraryImport(Library)]
    public static partial int mysql_options(nint mysql, int option, [MarshalAs(UnmanagedType.LPUTF8Str)] string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mysql_ssl_set(nint mysql, string? key, string? certificate, string? authorities, string? authoritiesFolder, string? ciphers);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mysql_real_connect(
        nint mysql, string? host, string user, string? password, string? database, uint port, string? socket, ulong flags);

    [LibraryImport(Library)]
    public static partial void mysql_close(nint mysql);

    [LibraryImport(Library)]
    public static partial uint mysql_errno(nint mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_error(nint mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_sqlstate(nint mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_get_server_info(nint mysql);

    /// <returns>Null when the connection is not encrypted.</returns>
    [LibraryImport(Library)]
    public static partial nint mysql_get_ssl_cipher(nint mysql);

    [LibraryImport(Library)]
    public static partial nuint mysql_thread_id(nint mysql);

    [LibraryImport(Library)]
    public static partial int mysql_ping(nint mysql);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mysql_select_db(nint mysql, string database);

    [LibraryImport(Library)]
    public static partial int mysql_real_query(nint mysql, byte* text, nuint length);

    [LibraryImport(Library)]
    public static partial nint mysql_stmt_init(nint mysql);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_attr_set(nint statement, int attribute, void* value);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_bind_param(nint statement, NativeBind* bind);

    /// <summary>Prepares and executes in one round trip, where the server is MariaDB 10.2 or later.</summary>
    [LibraryImport(Library)]
    public static partial int mariadb_stmt_execute_direct(nint statement, byte* text, nuint length);

    [LibraryImport(Library)]
    public static partial uint mysql_stmt_field_count(nint statement);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_store_result(nint statement);

    [LibraryImport(Library)]
    public static partial NativeField* mariadb_stmt_fetch_fields(nint statement);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_bind_result(nint statement, NativeBind* bind);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_fetch(nint statement);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_next_result(nint statement);

    [LibraryImport(Library)]
    public static partial ulong mysql_stmt_affected_rows(nint statement);

    [LibraryImport(Library)]
    public static partial ulong mysql_stmt_insert_id(nint statement);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_close(nint statement);

    [LibraryImport(Library)]
    public static partial uint mysql_stmt_errno(nint statement);

    [LibraryImport(Library)]
    public static partial nint mysql_stmt_error(nint statement);

    [LibraryImport(Library)]
    public static partial nint mysql_stmt_sqlstate(nint statement);
}
