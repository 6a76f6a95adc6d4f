using System.Runtime.InteropServices;

namespace MailResponder.Http;

/// <summary>A TCP socket that does not block: whoever is told to wait waits, and calls again.</summary>
/// <remarks>By the C library's functions: .NET's sockets start a thread that waits for events.</remarks>
internal sealed unsafe partial class TcpSocket : IDisposable
{
    // socket(2), tcp(7), socket(7), errno(3)
    private const int Stream = 1, NonBlocking = 0x800, CloseOnExec = 0x80000, Tcp = 6, NoDelay = 1, SocketLevel = 1, ErrorOption = 4, NoSignal = 0x4000;
    private const int Interrupted = 4, WouldBlock = 11, ConnectionInProgress = 115;

    private bool _isClosed;

    private TcpSocket(int handle) => Handle = handle;

    /// <summary>The file descriptor.</summary>
    public int Handle { get; }

    /// <summary>Begins to connect. When that has ended, the socket can be written to, and <see cref="Check"/> says how.</summary>
    /// <param name="address">As connect(2) takes it.</param>
    /// <exception cref="HttpRequestException">There is no way to the address.</exception>
    public static TcpSocket Connect(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        var handle = Open(family, Stream | NonBlocking | CloseOnExec, Tcp);
        if (handle < 0)
            throw NoConnection(Marshal.GetLastPInvokeError());
        var socket = new TcpSocket(handle);
        var yes = 1;
        _ = SetOption(handle, Tcp, NoDelay, &yes, sizeof(int));
        fixed (byte* at = address)
        {
            if (Connect(handle, at, (uint)address.Length) == 0 || Marshal.GetLastPInvokeError() is var error && error == ConnectionInProgress)
                return socket;
            socket.Dispose();
            throw NoConnection(error);
        }
    }

    /// <exception cref="HttpRequestException">There is no connection.</exception>
    public void Check()
    {
        int error, bytes = sizeof(int);
        if (GetOption(Handle, SocketLevel, ErrorOption, &error, &bytes) != 0)
            error = Marshal.GetLastPInvokeError();
        if (error != 0)
            throw NoConnection(error);
    }

    /// <returns>How many bytes were sent; -1: wait first.</returns>
    /// <exception cref="IOException">The connection was cut.</exception>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
            return Result(Send(Handle, from, (nuint)bytes.Length, NoSignal));
    }

    /// <returns>How many bytes were received, 0 at the end; -1: wait first.</returns>
    /// <exception cref="IOException">The connection was cut.</exception>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* to = buffer)
            return Result(Receive(Handle, to, (nuint)buffer.Length, 0));
    }

    /// <returns>Whether it can be read, or written, without waiting.</returns>
    public bool Wait(Awaited awaited, TimeSpan maxWait)
    {
        var entry = new Entry { Handle = Handle, Events = (short)awaited };
        return Poll(&entry, 1, (int)Math.Ceiling(maxWait.TotalMilliseconds)) > 0;
    }

    public void Dispose()
    {
        if (!_isClosed)
            _ = Close(Handle);
        _isClosed = true;
    }

    private static int Result(nint count)
    {
        if (count >= 0)
            return (int)count;
        var error = Marshal.GetLastPInvokeError();
        return error is WouldBlock or Interrupted ? -1 : throw new IOException("the connection was cut: " + Marshal.GetPInvokeErrorMessage(error));
    }

    private static HttpRequestException NoConnection(int error) => new(HttpRequestError.ConnectionError, Marshal.GetPInvokeErrorMessage(error));

    /// <summary>struct pollfd of poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Handle;
        public short Events;
        public short Found;
    }

    [LibraryImport("libc.so.6", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* address, uint bytes);

    [LibraryImport("libc.so.6", EntryPoint = "setsockopt")]
    private static partial int SetOption(int socket, int level, int option, void* value, uint bytes);

    [LibraryImport("libc.so.6", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int socket, int level, int option, void* value, int* bytes);

    [LibraryImport("libc.so.6", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* bytes, nuint count, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* buffer, nuint count, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "poll")]
    private static partial int Poll(Entry* entries, nuint count, int milliseconds);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int Close(int file);
}
