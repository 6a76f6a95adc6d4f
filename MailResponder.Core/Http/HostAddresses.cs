using System.Globalization;
using System.Runtime.InteropServices;

namespace MailResponder.Http;

/// <summary>The addresses of a host, from the host's resolver (getaddrinfo_a(3)).</summary>
internal static unsafe partial class HostAddresses
{
    private const int StreamSocket = 1, NumericHost = 4, NoWait = 1;

    /// <summary>EAI_NONAME.</summary>
    private const int NoName = -2;

    /// <summary>EAI_INPROGRESS.</summary>
    private const int InProgress = -100;

    /// <param name="host">A name or an IP address.</param>
    /// <param name="port">The server's.</param>
    /// <param name="timeLeft">Asked before each wait. The resolver itself would wait for as long as resolv.conf(5) lets it.</param>
    /// <returns>Each as connect(2) takes it, in the order in which they are to be tried.</returns>
    /// <exception cref="HttpRequestException">There is no such host, or nobody can be asked.</exception>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public static IReadOnlyList<byte[]> Of(string host, int port, Func<TimeSpan> timeLeft)
    {
        var service = port.ToString(CultureInfo.InvariantCulture);
        var hints = new Address { SocketType = StreamSocket, Flags = NumericHost };
        var result = Look(host, service, &hints, out var found);
        if (result == NoName)
            result = Ask(host, service, timeLeft, out found);
        if (result != 0)
            throw new HttpRequestException(HttpRequestError.NameResolutionError, Marshal.PtrToStringUTF8(Words(result)));
        var addresses = new List<byte[]>();
        for (var next = found; next is not null; next = next->Next)
            addresses.Add(new ReadOnlySpan<byte>(next->Bytes, (int)next->Length).ToArray());
        Free(found);
        return addresses;
    }

    /// <summary>Has a thread of the C library ask, which is left behind when the time is up.</summary>
    private static int Ask(string host, string service, Func<TimeSpan> timeLeft, out Address* found)
    {
        if (timeLeft() <= TimeSpan.Zero)
            throw new TimeoutException();
        // Never given back: the resolver may go on when nobody waits any more.
        var hints = (Address*)NativeMemory.AllocZeroed((nuint)sizeof(Address));
        hints->SocketType = StreamSocket;
        var request = (Request*)NativeMemory.AllocZeroed((nuint)sizeof(Request));
        request->Host = Marshal.StringToCoTaskMemUTF8(host);
        request->Service = Marshal.StringToCoTaskMemUTF8(service);
        request->Hints = hints;

        var wait = stackalloc long[2];
        var result = Begin(NoWait, &request, 1, null);
        while (result == 0 && (result = State(request)) == InProgress)
        {
            var left = timeLeft();
            if (left <= TimeSpan.Zero)
                throw new TimeoutException();
            (wait[0], wait[1]) = (left.Ticks / TimeSpan.TicksPerSecond, left.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
            _ = Suspend(&request, 1, wait);
            result = 0;
        }

        found = request->Found;
        return result;
    }

    /// <summary>struct addrinfo of getaddrinfo(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public int Flags;
        public int Family;
        public int SocketType;
        public int Protocol;
        public uint Length;
        public byte* Bytes;
        public nint CanonicalName;
        public Address* Next;
    }

    /// <summary>struct gaicb of getaddrinfo_a(3), with its private part.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Request
    {
        public nint Host;
        public nint Service;
        public Address* Hints;
        public Address* Found;
    }

    [LibraryImport("libc.so.6", EntryPoint = "getaddrinfo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Look(string host, string service, Address* hints, out Address* found);

    [LibraryImport("libc.so.6", EntryPoint = "getaddrinfo_a")]
    private static partial int Begin(int mode, Request** requests, int count, void* notification);

    [LibraryImport("libc.so.6", EntryPoint = "gai_suspend")]
    private static partial int Suspend(Request** requests, int count, long* timeout);

    [LibraryImport("libc.so.6", EntryPoint = "gai_error")]
    private static partial int State(Request* request);

    [LibraryImport("libc.so.6", EntryPoint = "freeaddrinfo")]
    private static partial void Free(Address* first);

    [LibraryImport("libc.so.6", EntryPoint = "gai_strerror")]
    private static partial nint Words(int result);
}
