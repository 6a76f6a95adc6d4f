using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailResponder.Crypto;

/// <summary>
/// The few functions of OpenSSL's libcrypto that a message needs, by their documented names. .NET's own classes bind
/// several hundred of them, read OpenSSL's configuration and test the key for primality in every process, and the
/// library's newer functions (EVP) look for an implementation first: five times and twice the cost of what is here.
/// </summary>
internal static unsafe partial class LibCrypto
{
    // OpenSSL 3: Debian 12, Ubuntu 22.04 and later. All of its releases have these functions.
    private const string Library = "libcrypto.so.3";

    // OPENSSL_INIT_…. What is left out here stays out: TLS, later in the same process, needs the ciphers and digests.
    private const ulong NoLoadStrings = 0x1, NoLoadConfiguration = 0x80;

    // CONF_MFLAGS_…
    private const ulong IgnoreMissingFile = 0x10, DefaultSection = 0x20;

    static LibCrypto() =>
        Check(OPENSSL_init_crypto(NoLoadStrings | NoLoadConfiguration, 0));

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
    public static partial int SHA256_Init(byte* context);

    [LibraryImport(Library)]
    public static partial int SHA256_Update(byte* context, byte* data, nuint bytes);

    [LibraryImport(Library)]
    public static partial int SHA256_Final(byte* hash, byte* context);

    [LibraryImport(Library)]
    public static partial nint d2i_RSAPrivateKey(nint reuse, byte** at, nint bytes);

    [LibraryImport(Library)]
    public static partial int RSA_size(nint key);

    [LibraryImport(Library)]
    public static partial int RSA_sign(int hashNumber, byte* hash, uint hashBytes, byte* signature, uint* bytes, nint key);

    [LibraryImport(Library)]
    public static partial void RSA_free(nint key);
}
