using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailResponder.Native;

/// <summary>
/// The few functions of OpenSSL's libcrypto that a message needs, under their documented names. .NET's own classes bind
/// several hundred of them, read OpenSSL's configuration and test the key for primality in every process, at five times
/// the cost. The library's newer functions (EVP) look up an implementation first, at twice the cost.
/// </summary>
/// <remarks>
/// The library is opened and bound by code, not by attributes. With attributes, .NET would first look for the file next
/// to the program, and would read the program's metadata for that. With DEEPBIND, the loader looks for the library's
/// 4000 names in the library itself first, and finds nearly all of them there.
/// </remarks>
internal static unsafe partial class LibCrypto
{
    // OpenSSL 3 comes with Debian 12, Ubuntu 22.04 and later. All of its releases have these functions.
    private const string FileName = "libcrypto.so.3";

    // RTLD_…
    private const int Lazy = 1, DeepBind = 8;

    // OPENSSL_INIT_…. Ciphers and digests are loaded, because TLS needs them later in the process. NO_ATEXIT does not
    // free memory at the end of the process, because the kernel does so anyway.
    private const ulong NoLoadStrings = 0x1, NoLoadConfiguration = 0x80, NoClearingUp = 0x80000;

    // CONF_MFLAGS_…
    private const ulong IgnoreMissingFile = 0x10, DefaultSection = 0x20;

    private static readonly nint Library = Open(FileName, Lazy | DeepBind);

    public static readonly delegate* unmanaged<byte*, int> SHA256_Init =
        (delegate* unmanaged<byte*, int>)Find("SHA256_Init");

    public static readonly delegate* unmanaged<byte*, byte*, nuint, int> SHA256_Update =
        (delegate* unmanaged<byte*, byte*, nuint, int>)Find("SHA256_Update");

    public static readonly delegate* unmanaged<byte*, byte*, int> SHA256_Final =
        (delegate* unmanaged<byte*, byte*, int>)Find("SHA256_Final");

    static LibCrypto() => Check(((delegate* unmanaged<ulong, nint, int>)Find("OPENSSL_init_crypto"))(
        NoLoadStrings | NoLoadConfiguration | NoClearingUp, 0));

    /// <summary>
    /// Reads the host's openssl.cnf, as OpenSSL would have done by default. Call this before the first TLS connection:
    /// the host may set the lowest TLS version and the ciphers there.
    /// </summary>
    public static void LoadConfiguration() =>
        Check(((delegate* unmanaged<nint, nint, ulong, int>)Find("CONF_modules_load_file"))(
            0, 0, IgnoreMissingFile | DefaultSection));

    /// <exception cref="CryptographicException">The result of a call is a failure.</exception>
    public static void Check(int result)
    {
        if (result != 1)
            throw new CryptographicException("libcrypto refused a call");
    }

    public static nint d2i_RSAPrivateKey(nint reuse, byte** at, nint bytes) =>
        ((delegate* unmanaged<nint, byte**, nint, nint>)Find("d2i_RSAPrivateKey"))(reuse, at, bytes);

    public static int RSA_size(nint key) => ((delegate* unmanaged<nint, int>)Find("RSA_size"))(key);

    public static int RSA_sign(int hashNumber, byte* hash, uint hashBytes, byte* signature, uint* bytes, nint key) =>
        ((delegate* unmanaged<int, byte*, uint, byte*, uint*, nint, int>)Find("RSA_sign"))(
            hashNumber, hash, hashBytes, signature, bytes, key);

    public static void RSA_free(nint key) => ((delegate* unmanaged<nint, void>)Find("RSA_free"))(key);

    /// <param name="method">The address of a RAND_METHOD, which must not move; 0 for OpenSSL's own.</param>
    public static int RAND_set_rand_method(nint method) =>
        ((delegate* unmanaged<nint, int>)Find("RAND_set_rand_method"))(method);

    private static nint Find(string name)
    {
        if (Library == 0)
            throw new DllNotFoundException($"{FileName} is missing on this host; run: apt-get install libssl3");
        return NativeLibrary.GetExport(Library, name);
    }

    [LibraryImport("libc.so.6", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string name, int flags);
}
