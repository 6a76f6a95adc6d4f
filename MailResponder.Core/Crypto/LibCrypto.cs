using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailResponder.Crypto;

/// <summary>
/// The few functions of OpenSSL's libcrypto that a message needs. .NET's own classes bind several hundred of them, read
/// OpenSSL's configuration and test the key for primality at each start: five times the cost of what is here.
/// </summary>
internal static unsafe partial class LibCrypto
{
    // OpenSSL 3: Debian 12, Ubuntu 22.04 and later.
    private const string Library = "libcrypto.so.3";

    private const ulong NoLoadStrings = 0x1, NoAddCiphers = 0x10, NoAddDigests = 0x20, NoLoadConfiguration = 0x80;
    private const ulong IgnoreMissingFile = 0x10, DefaultSection = 0x20;

    static LibCrypto() =>
        Check(OPENSSL_init_crypto(NoLoadStrings | NoAddCiphers | NoAddDigests | NoLoadConfiguration, 0));

    /// <summary>
    /// Reads the host's openssl.cnf, as OpenSSL would have done by itself: before the first TLS connection, whose least
    /// version and ciphers the host may have laid down there.
    /// </summary>
    public static void LoadConfiguration() =>
        Check(CONF_modules_load_file(0, 0, IgnoreMissingFile | DefaultSection));

    /// <exception cref="CryptographicException">The result of a call says that it failed.</exception>
    public static void Check(int result)
    {
        if (result != 1)
            throw new CryptographicException("libcrypto refused a call");
    }

    [LibraryImport(Library)]
    private static partial int OPENSSL_init_crypto(ulong options, nint settings);

    [LibraryImport(Library)]
    private static partial int CONF_modules_load_file(nint file, nint application, ulong flags);

    [LibraryImport(Library)]
    public static partial nint EVP_sha256();

    [LibraryImport(Library)]
    public static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestInit_ex(nint context, nint algorithm, nint engine);

    [LibraryImport(Library)]
    public static partial int EVP_DigestUpdate(nint context, byte* data, nuint bytes);

    [LibraryImport(Library)]
    public static partial int EVP_DigestFinal_ex(nint context, byte* hash, nint bytes);

    [LibraryImport(Library)]
    public static partial nint d2i_AutoPrivateKey(nint reuse, byte** at, nint bytes);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_base_id(nint key);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(nint context, nint keyContext, nint algorithm, nint engine, nint key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(nint context, byte* signature, nuint* bytes, byte* data, nuint dataBytes);
}
