using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Text;

namespace MySqlConnector;

/// <summary>One connection of the library.</summary>
sealed unsafe class MySqlSession : IDisposable
{
    /// <summary>The library's plug-ins that never show the password to the server: a server may ask for any.</summary>
    const string Authentication = "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,auth_gssapi_client";

    /// <summary>From this version of the library on, a certificate is verified in whole or not at all.</summary>
    const int AllOrNothingVersion = 30400;

    /// <summary>
    /// Far more than any statement or row. The library's own bound is a gigabyte, and it believes whatever length comes:
    /// of something that is no server, too.
    /// </summary>
    const int MaxPacketBytes = 1 << 21;

    nint _handle;

    MySqlSession(nint handle) => _handle = handle;

    /// <summary>False once the server has gone: no statement can succeed any more.</summary>
    public bool IsOpen => _handle != 0;

    public string ServerVersion => Text(MariaDbLibrary.mysql_get_server_info(_handle));

    public int ServerThread => (int)MariaDbLibrary.mysql_thread_id(_handle);

    /// <exception cref="MySqlException">There is no such server, or it does not let us in.</exception>
    public static MySqlSession Connect(MySqlConnectionStringBuilder settings)
    {
        nint handle;
        try
        {
            handle = MariaDbLibrary.mysql_init(0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, null,
                "libmariadb.so.3 is missing on this host; run: apt-get install libmariadb3",
                exception is TypeInitializationException { InnerException: { } inner } ? inner : exception);
        }

        var session = new MySqlSession(handle);
        session.SetOptions(settings);
        var bySocket = settings.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket;
        if (MariaDbLibrary.mysql_real_connect(handle, bySocket ? null : settings.Server, settings.UserID,
            settings.Password.Length > 0 ? settings.Password : null, settings.Database.Length > 0 ? settings.Database : null,
            settings.Port, bySocket ? settings.Server : null, settings.UseAffectedRows ? 0 : MariaDbLibrary.ClientFoundRows) != 0)
        {
            return session.Protected(settings, bySocket);
        }

        var failure = MySqlException.OfConnecting((int)MariaDbLibrary.mysql_errno(handle),
            Text(MariaDbLibrary.mysql_sqlstate(handle)), Text(MariaDbLibrary.mysql_error(handle)));
        session.Dispose();
        throw failure;
    }

    /// <summary>Runs a statement that returns no rows and has no parameters.</summary>
    public void Run(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* pointer = bytes)
            Check(MariaDbLibrary.mysql_real_query(Handle(), pointer, (nuint)bytes.Length) == 0);
    }

    public void Select(string database) => Check(MariaDbLibrary.mysql_select_db(Handle(), database) == 0);

    public bool Ping() => IsOpen && MariaDbLibrary.mysql_ping(_handle) == 0;

    /// <summary>Runs any statement the server can prepare, and brings back all its rows.</summary>
    /// <exception cref="MySqlException">It failed; <see cref="IsOpen"/> tells whether the connection can be used again.</exception>
    public ResultSet Execute(string text, List<MySqlParameter> places)
    {
        var statement = MariaDbLibrary.mysql_stmt_init(Handle());
        if (statement == 0)
            throw new InsufficientMemoryException();
        var isLost = false;
        try
        {
            return Execute(statement, text, places);
        }
        catch (MySqlException exception)
        {
            isLost = exception.IsLoss;
            throw;
        }
        finally
        {
            MariaDbLibrary.mysql_stmt_close(statement);
            if (isLost)
                Dispose();
        }
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        MariaDbLibrary.mysql_close(_handle);
        _handle = 0;
    }

    static ResultSet Execute(nint statement, string text, List<MySqlParameter> places)
    {
        var buffers = new ParameterBuffers(places);
        byte measure = 1;
        MariaDbLibrary.mysql_stmt_attr_set(statement, MariaDbLibrary.StatementUpdateMaxLength, &measure);
        var count = (uint)places.Count;
        if (count > 0)
        {
            MariaDbLibrary.mysql_stmt_attr_set(statement, MariaDbLibrary.StatementPrebindParameters, &count);
            Check(statement, MariaDbLibrary.mysql_stmt_bind_param(statement, buffers.Binds) == 0);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* pointer = bytes)
            Check(statement, MariaDbLibrary.mariadb_stmt_execute_direct(statement, pointer, (nuint)bytes.Length) == 0);
        GC.KeepAlive(buffers);
        var columnCount = (int)MariaDbLibrary.mysql_stmt_field_count(statement);
        if (columnCount == 0)
        {
            return new ResultSet(null, [], (long)MariaDbLibrary.mysql_stmt_affected_rows(statement),
                (long)MariaDbLibrary.mysql_stmt_insert_id(statement));
        }

        Check(statement, MariaDbLibrary.mysql_stmt_store_result(statement) == 0);
        var fields = MariaDbLibrary.mariadb_stmt_fetch_fields(statement);
        var columns = new ResultColumn[columnCount];
        for (var i = 0; i < columnCount; i++)
            columns[i] = new ResultColumn(fields[i]);
        var rows = Fetch(statement, columns);
        while (MariaDbLibrary.mysql_stmt_next_result(statement) == 0)
        {
            // A procedure's further results are not wanted, but have to be read off the connection.
        }

        return new ResultSet(columns, rows, -1, 0);
    }

    static List<object[]> Fetch(nint statement, ResultColumn[] columns)
    {
        var rows = new List<object[]>();
        var binds = Array.ConvertAll(columns, column => column.Bind());
        fixed (NativeBind* pointer = binds)
            Check(statement, MariaDbLibrary.mysql_stmt_bind_result(statement, pointer) == 0);
        int status;
        while ((status = MariaDbLibrary.mysql_stmt_fetch(statement)) == 0)
            rows.Add(Array.ConvertAll(columns, column => column.Value()));
        Check(statement, status == MariaDbLibrary.NoData);
        return rows;
    }

    void SetOptions(MySqlConnectionStringBuilder settings)
    {
        Set(MariaDbLibrary.OptionConnectTimeout, settings.ConnectionTimeout);
        if (settings.DefaultCommandTimeout > 0)
        {
            Set(MariaDbLibrary.OptionReadTimeout, settings.DefaultCommandTimeout);
            Set(MariaDbLibrary.OptionWriteTimeout, settings.DefaultCommandTimeout);
        }

        var bySocket = settings.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket;
        Set(MariaDbLibrary.OptionProtocol, bySocket ? MariaDbLibrary.ProtocolSocket : MariaDbLibrary.ProtocolTcp);
        nuint maxPacketBytes = MaxPacketBytes;
        Accepted(MariaDbLibrary.mysql_options(_handle, MariaDbLibrary.OptionMaxAllowedPacket, &maxPacketBytes));
        // A server may otherwise ask for any file of this host.
        Set(MariaDbLibrary.OptionLocalInfile, 0);
        Accepted(MariaDbLibrary.mysql_options(_handle, MariaDbLibrary.OptionCharacterSet, "utf8mb4"));
        // Not known to the oldest libraries, which are used without it.
        _ = MariaDbLibrary.mysql_options(_handle, MariaDbLibrary.OptionRestrictedAuthentication, Authentication);
        SetTls(bySocket ? MySqlSslMode.None : settings.SslMode, settings.SslCa);
    }

    /// <summary>The library's own insistence on TLS is not relied upon: what came about is looked at.</summary>
    /// <exception cref="MySqlException">TLS was asked for, and the connection is not encrypted.</exception>
    MySqlSession Protected(MySqlConnectionStringBuilder settings, bool bySocket)
    {
        if (bySocket || settings.SslMode is MySqlSslMode.None or MySqlSslMode.Preferred || MariaDbLibrary.mysql_get_ssl_cipher(_handle) != 0)
            return this;
        Dispose();
        throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, null, "SSL Authentication Error",
            new AuthenticationException("the server does not offer TLS"));
    }

    void SetTls(MySqlSslMode mode, string authorities)
    {
        // Without a file of authorities, too, the library verifies in whole or not at all: then in whole.
        var verifyName = mode == MySqlSslMode.VerifyFull || (mode == MySqlSslMode.VerifyCA
            && (authorities.Length == 0 || (int)MariaDbLibrary.mysql_get_client_version() >= AllOrNothingVersion));
        SetFlag(MariaDbLibrary.OptionVerifyServerCertificate, verifyName);
        if (mode == MySqlSslMode.None)
            return;
        // Asks for TLS; only the flag below insists on it.
        Accepted(MariaDbLibrary.mysql_ssl_set(_handle, null, null, authorities.Length > 0 ? authorities : null, null, null));
        if (mode != MySqlSslMode.Preferred)
            SetFlag(MariaDbLibrary.OptionEnforceTls, true);
    }

    void Set(int option, uint value) => Accepted(MariaDbLibrary.mysql_options(_handle, option, &value));

    void SetFlag(int option, bool flag)
    {
        var value = (byte)(flag ? 1 : 0);
        Accepted(MariaDbLibrary.mysql_options(_handle, option, &value));
    }

    /// <summary>A connection without an option that was asked for may be an unprotected one.</summary>
    static void Accepted(int result)
    {
        if (result != 0)
            throw new NotSupportedException("libmariadb.so.3 is too old: it does not know an option.");
    }

    nint Handle() => IsOpen ? _handle : throw new InvalidOperationException("Connection must be Open; current State is Closed");

    void Check(bool succeeded)
    {
        if (succeeded)
            return;
        var failure = MySqlException.OfStatement((int)MariaDbLibrary.mysql_errno(_handle),
            Text(MariaDbLibrary.mysql_sqlstate(_handle)), Text(MariaDbLibrary.mysql_error(_handle)));
        if (failure.IsLoss)
            Dispose();
        throw failure;
    }

    static void Check(nint statement, bool succeeded)
    {
        if (!succeeded)
        {
            throw MySqlException.OfStatement((int)MariaDbLibrary.mysql_stmt_errno(statement),
                Text(MariaDbLibrary.mysql_stmt_sqlstate(statement)), Text(MariaDbLibrary.mysql_stmt_error(statement)));
        }
    }

    static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";
}
