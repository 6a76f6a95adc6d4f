using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>
/// Makes libcrypto take random numbers from the kernel, getrandom(2), until this is disposed. The library's own
/// generators are seeded from there too, but setting them up takes longer than making the signature.
/// </summary>
/// <remarks>In force only while signing; TLS uses OpenSSL's generator.</remarks>
internal sealed unsafe partial class KernelRandom : IDisposable
{
    private const int Interrupted = 4;
    private static readonly nint Method = MakeMethod();

    public KernelRandom() => LibCrypto.Check(LibCrypto.RAND_set_rand_method(Method));

    public void Dispose() => LibCrypto.Check(LibCrypto.RAND_set_rand_method(0));

    /// <summary>Makes a RAND_METHOD: seed, bytes, cleanup, add, pseudorand, status.</summary>
    private static nint MakeMethod()
    {
        // Never freed: another thread may still use it.
        var method = (nint*)RuntimeHelpers.AllocateTypeAssociatedMemory(typeof(KernelRandom), 6 * sizeof(nint));
        delegate* unmanaged[Cdecl]<byte*, int, int> fill = &Fill;
        delegate* unmanaged[Cdecl]<int> status = &Status;
        (method[1], method[4], method[5]) = ((nint)fill, (nint)fill, (nint)status);
        return (nint)method;
    }

    /// <returns>1 if the whole buffer was filled.</returns>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Fill(byte* buffer, int bytes)
    {
        for (var filled = 0; filled < bytes;)
        {
            var count = GetRandom(buffer + filled, (nuint)(bytes - filled), 0);
            // Once the kernel has gathered its entropy, only a signal can interrupt the call.
            if (count < 0 && Marshal.GetLastSystemError() != Interrupted)
                return 0;
            filled += (int)Math.Max(0, count);
        }

        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Status() => 1;

    [LibraryImport("libc.so.6", EntryPoint = "getrandom")]
    private static partial nint GetRandom(byte* buffer, nuint bytes, uint flags);
}
