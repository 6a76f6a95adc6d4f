using System.Runtime.InteropServices;

namespace MailResponder.Http;

/// <summary>OpenSSL's verification of certificates, by its documented functions (X509_verify_cert(3) and its neighbours).</summary>
internal static partial class LibX509
{
    private const string Library = "libcrypto.so.3";

    // X509_L_…, X509_FILETYPE_…: "default" is what SSL_CERT_FILE and SSL_CERT_DIR name, else OpenSSL's own places.
    public const int LoadFile = 1, AddFolder = 2, DefaultPlace = 3;

    /// <summary>X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS: "*.example.com", but not "a*.example.com".</summary>
    public const uint NoPartialWildcards = 0x4;

    [LibraryImport(Library)]
    public static partial nint X509_STORE_new();

    [LibraryImport(Library)]
    public static partial void X509_STORE_free(nint store);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_add_lookup(nint store, nint method);

    /// <summary>A folder of certificates by the hash of their subject, read one by one as they are needed.</summary>
    [LibraryImport(Library)]
    public static partial nint X509_LOOKUP_hash_dir();

    /// <summary>A file of certificates, read at once.</summary>
    [LibraryImport(Library)]
    public static partial nint X509_LOOKUP_file();

    [LibraryImport(Library)]
    public static partial int X509_LOOKUP_ctrl(nint lookup, int command, nint text, int number, nint answer);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_CTX_new();

    [LibraryImport(Library)]
    public static partial void X509_STORE_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int X509_STORE_CTX_init(nint context, nint store, nint certificate, nint others);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509_STORE_CTX_set_default(nint context, string purpose);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_CTX_get0_param(nint context);

    [LibraryImport(Library)]
    public static partial void X509_VERIFY_PARAM_set_auth_level(nint parameters, int level);

    [LibraryImport(Library)]
    public static partial void X509_VERIFY_PARAM_set_hostflags(nint parameters, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509_VERIFY_PARAM_set1_host(nint parameters, string name, nuint length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509_VERIFY_PARAM_set1_ip_asc(nint parameters, string address);

    [LibraryImport(Library)]
    public static partial int X509_verify_cert(nint context);

    [LibraryImport(Library)]
    public static partial int X509_STORE_CTX_get_error(nint context);

    /// <summary>A lasting text, which names nobody.</summary>
    [LibraryImport(Library)]
    public static partial nint X509_verify_cert_error_string(nint error);

    [LibraryImport(Library)]
    public static partial void X509_free(nint certificate);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}
