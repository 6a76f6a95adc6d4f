using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>Writes without .NET's streams, console and sockets, which start threads and need memory.</summary>
internal static unsafe partial class Descriptors
{
    // unix(7), socket(7)
    private const int UnixFamily = 1, Datagram = 2, CloseOnExec = 0x80000, SocketLevel = 1, SendTimeout = 21,
        NoSignal = 0x4000;

    /// <summary>The size of struct sockaddr_un: the family, and the path with its terminating zero.</summary>
    private const int AddressBytes = sizeof(ushort) + 108;

    /// <summary>Writes to an open descriptor. Stops silently if the write fails (write(2)).</summary>
    public static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && write(descriptor, bytes, bytes.Length) is > 0 and var written)
            bytes = bytes[(int)written..];
    }

    /// <summary>
    /// Sends one datagram to a Unix socket. If the socket does not accept it within a second, the datagram is silently
    /// lost.
    /// </summary>
    /// <param name="path">The path of the socket, in UTF-8.</param>
    /// <param name="bytes">The datagram.</param>
    public static void Send(ReadOnlySpan<byte> path, ReadOnlySpan<byte> bytes)
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)UnixFamily);
        if (!path.TryCopyTo(address[sizeof(ushort)..^1]))
            return;
        var descriptor = socket(UnixFamily, Datagram | CloseOnExec, 0);
        if (descriptor < 0)
            return;
        var second = stackalloc long[] { 1, 0 };
        _ = setsockopt(descriptor, SocketLevel, SendTimeout, second, 2 * sizeof(long));
        fixed (byte* from = bytes, to = address)
            _ = sendto(descriptor, from, (nuint)bytes.Length, NoSignal, to, AddressBytes);
        _ = close(descriptor);
    }

    [LibraryImport("libc.so.6")]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc.so.6")]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc.so.6")]
    private static partial int setsockopt(int socket, int level, int option, void* value, uint bytes);

    [LibraryImport("libc.so.6")]
    private static partial nint sendto(
        int socket, byte* bytes, nuint count, int flags, byte* address, uint addressBytes);

    [LibraryImport("libc.so.6")]
    private static partial int close(int file);
}
