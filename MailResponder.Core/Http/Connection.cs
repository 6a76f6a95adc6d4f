using System.Net;
using System.Security.Authentication;

namespace MailResponder.Http;

/// <summary>
/// A connection to a web server, used by the thread that calls. Each wait ends when the time is up, with a
/// <see cref="TimeoutException"/>.
/// </summary>
internal sealed class Connection : IDisposable
{
    /// <summary>What fits into one record of TLS (RFC 8446, section 5.1).</summary>
    private const int BufferBytes = 1 << 14;

    /// <summary>poll(2) counts in milliseconds, and not far.</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromHours(1);

    private readonly TcpSocket _socket;
    private readonly Func<TimeSpan> _timeLeft;
    private readonly byte[] _output = new byte[BufferBytes];
    private readonly byte[] _input = new byte[BufferBytes];
    private Tls? _tls;
    private int _outputBytes, _inputStart, _inputEnd;

    private Connection(TcpSocket socket, DnsEndPoint server, Func<TimeSpan> timeLeft)
    {
        _socket = socket;
        _timeLeft = timeLeft;
        Server = server;
    }

    public DnsEndPoint Server { get; }

    /// <summary>What has been read and not yet taken.</summary>
    public ReadOnlySpan<byte> Input => _input.AsSpan(_inputStart, _inputEnd - _inputStart);

    /// <summary>Whether the server has neither closed the connection nor said anything without being asked.</summary>
    public bool IsIdle => Input.IsEmpty && !_socket.Wait(Awaited.Readable, TimeSpan.Zero);

    /// <param name="server">A name or an IP address, and the port.</param>
    /// <param name="withTls">Whether to speak TLS, and have the server prove that it is the host.</param>
    /// <param name="timeLeft">Asked before each wait.</param>
    /// <exception cref="HttpRequestException">There is no such host, or none of its addresses can be reached.</exception>
    /// <exception cref="AuthenticationException">The server does not prove who it is.</exception>
    public static Connection Open(DnsEndPoint server, bool withTls, Func<TimeSpan> timeLeft)
    {
        HttpRequestException? trouble = null;
        foreach (var address in HostAddresses.Of(server.Host, server.Port, timeLeft))
        {
            try
            {
                var connection = new Connection(Connected(address, timeLeft), server, timeLeft);
                if (withTls)
                    connection.Secure(server.Host);
                return connection;
            }
            catch (HttpRequestException exception)
            {
                trouble = exception;
            }
        }

        throw trouble ?? new HttpRequestException(HttpRequestError.NameResolutionError, "a name without addresses");
    }

    /// <summary>Sends now or later: <see cref="Flush"/> says when.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_outputBytes == BufferBytes)
                Flush();
            var count = Math.Min(bytes.Length, BufferBytes - _outputBytes);
            bytes[..count].CopyTo(_output.AsSpan(_outputBytes));
            _outputBytes += count;
            bytes = bytes[count..];
        }
    }

    /// <exception cref="IOException">The connection was cut.</exception>
    public void Flush()
    {
        for (var sent = 0; sent < _outputBytes;)
        {
            var count = Send(_output.AsSpan(sent, _outputBytes - sent), out var awaited);
            if (count < 0)
                Wait(awaited);
            else
                sent += count;
        }

        _outputBytes = 0;
    }

    /// <summary>Adds to <see cref="Input"/>.</summary>
    /// <returns>False when the server has ended the connection, or the buffer is full.</returns>
    /// <exception cref="IOException">The connection was cut.</exception>
    public bool ReadMore()
    {
        if (_inputStart > 0)
        {
            Input.CopyTo(_input);
            (_inputStart, _inputEnd) = (0, Input.Length);
        }

        if (_inputEnd == BufferBytes)
            return false;
        int count;
        while ((count = Receive(_input.AsSpan(_inputEnd), out var awaited)) < 0)
            Wait(awaited);
        _inputEnd += count;
        return count > 0;
    }

    /// <summary>Forgets the first bytes of <see cref="Input"/>.</summary>
    public void Take(int bytes) => _inputStart += bytes;

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private static TcpSocket Connected(byte[] address, Func<TimeSpan> timeLeft)
    {
        var socket = TcpSocket.Connect(address);
        try
        {
            Wait(socket, Awaited.Writable, timeLeft);
            socket.Check();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Secure(string host)
    {
        try
        {
            _tls = new Tls(_socket, host);
            while (_tls.Connect() is { } awaited)
                Wait(awaited);
            _tls.Verify(host);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private int Send(ReadOnlySpan<byte> bytes, out Awaited awaited)
    {
        if (_tls is not null)
            return _tls.Write(bytes, out awaited);
        awaited = Awaited.Writable;
        return _socket.Send(bytes);
    }

    private int Receive(Span<byte> buffer, out Awaited awaited)
    {
        if (_tls is not null)
            return _tls.Read(buffer, out awaited);
        awaited = Awaited.Readable;
        return _socket.Receive(buffer);
    }

    private void Wait(Awaited awaited) => Wait(_socket, awaited, _timeLeft);

    private static void Wait(TcpSocket socket, Awaited awaited, Func<TimeSpan> timeLeft)
    {
        do
        {
            var left = timeLeft();
            if (left <= TimeSpan.Zero)
                throw new TimeoutException();
            if (socket.Wait(awaited, left < LongestPoll ? left : LongestPoll))
                return;
        }
        while (true);
    }
}
