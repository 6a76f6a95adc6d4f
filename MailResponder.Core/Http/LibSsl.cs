using System.Runtime.InteropServices;

namespace MailResponder.Http;

/// <summary>OpenSSL's TLS, by its documented functions (ssl(7)).</summary>
internal static unsafe partial class LibSsl
{
    // OpenSSL 3, as for libcrypto. .NET's own TLS is this library too.
    private const string Library = "libssl.so.3";

    // SSL_CTRL_…: what the manual calls a function is a macro around one of the two _ctrl functions.
    public const int SetMode = 33, SetServerName = 55, SetLeastVersion = 123, GetLeastVersion = 130;

    /// <summary>SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER.</summary>
    public const int AcceptMovingBuffer = 2;

    public const int Tls12 = 0x0303;

    // SSL_ERROR_…
    public const int WantRead = 2, WantWrite = 3, SystemCall = 5, ZeroReturn = 6;

    [LibraryImport(Library)]
    public static partial nint TLS_client_method();

    /// <summary>0: the library cannot be set up. Obeys the host's openssl.cnf, once that is loaded.</summary>
    [LibraryImport(Library)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, nint data);

    /// <summary>Keeps the context for itself.</summary>
    [LibraryImport(Library)]
    public static partial nint SSL_new(nint context);

    [LibraryImport(Library)]
    public static partial void SSL_free(nint tls);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint SSL_ctrl(nint tls, int command, nint number, string data);

    [LibraryImport(Library)]
    public static partial int SSL_set_fd(nint tls, int socket);

    [LibraryImport(Library)]
    public static partial int SSL_connect(nint tls);

    [LibraryImport(Library)]
    public static partial int SSL_read(nint tls, byte* buffer, int bytes);

    [LibraryImport(Library)]
    public static partial int SSL_write(nint tls, byte* buffer, int bytes);

    [LibraryImport(Library)]
    public static partial int SSL_get_error(nint tls, int result);

    /// <summary>The other side's certificate, to be freed; 0: it has shown none.</summary>
    [LibraryImport(Library)]
    public static partial nint SSL_get1_peer_certificate(nint tls);

    /// <summary>All certificates that came, not to be freed.</summary>
    [LibraryImport(Library)]
    public static partial nint SSL_get_peer_cert_chain(nint tls);

    /// <summary>How strong keys and signatures have to be, SSL_CTX_set_security_level(3).</summary>
    [LibraryImport(Library)]
    public static partial int SSL_get_security_level(nint tls);
}
