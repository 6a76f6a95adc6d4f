using System.Net;
using System.Security.Authentication;

namespace MailResponder.Http;

/// <summary>TLS over a socket that does not block. Whoever calls waits, when told to, and calls again.</summary>
internal sealed unsafe class Tls : IDisposable
{
    private readonly nint _tls;

    /// <exception cref="AuthenticationException">libssl cannot be set up.</exception>
    public Tls(TcpSocket socket, string host)
    {
        var context = LibSsl.SSL_CTX_new(LibSsl.TLS_client_method());
        if (context == 0)
            throw new AuthenticationException("OpenSSL cannot be set up");
        // What is older is refused whatever openssl.cnf says; a newer least version there is obeyed.
        if (LibSsl.SSL_CTX_ctrl(context, LibSsl.GetLeastVersion, 0, 0) < LibSsl.Tls12)
            LibSsl.SSL_CTX_ctrl(context, LibSsl.SetLeastVersion, LibSsl.Tls12, 0);
        // What has to be written again may lie elsewhere by then: the collector moves it.
        LibSsl.SSL_CTX_ctrl(context, LibSsl.SetMode, LibSsl.AcceptMovingBuffer, 0);
        _tls = LibSsl.SSL_new(context);
        LibSsl.SSL_CTX_free(context);
        if (_tls == 0 || LibSsl.SSL_set_fd(_tls, socket.Handle) != 1)
            throw new AuthenticationException("OpenSSL cannot be set up");
        if (!IPAddress.TryParse(host, out _))
            LibSsl.SSL_ctrl(_tls, LibSsl.SetServerName, 0, host);
    }

    /// <summary>Goes on with the handshake, which proves nothing yet: see <see cref="TrustedRoots"/>.</summary>
    /// <returns>Null when it is done; else what to wait for.</returns>
    /// <exception cref="AuthenticationException">The two sides cannot agree, or the other does not speak TLS.</exception>
    public Awaited? Connect()
    {
        LibX509.ERR_clear_error();
        var result = LibSsl.SSL_connect(_tls);
        return result == 1 ? null : AwaitedAfter(result) ?? throw new AuthenticationException("no handshake");
    }

    /// <exception cref="AuthenticationException">Nobody whom the host trusts says that the other side is this server.</exception>
    public void Verify(string host) => TrustedRoots.Vouch(_tls, host);

    /// <returns>How many bytes were read, 0 at the end; -1: wait first.</returns>
    /// <exception cref="IOException">The connection was cut.</exception>
    public int Read(Span<byte> buffer, out Awaited awaited)
    {
        LibX509.ERR_clear_error();
        fixed (byte* to = buffer)
            return Result(LibSsl.SSL_read(_tls, to, buffer.Length), out awaited);
    }

    /// <returns>How many bytes were written; -1: wait first, then write the same again.</returns>
    /// <exception cref="IOException">The connection was cut.</exception>
    public int Write(ReadOnlySpan<byte> buffer, out Awaited awaited)
    {
        LibX509.ERR_clear_error();
        fixed (byte* from = buffer)
            return Result(LibSsl.SSL_write(_tls, from, buffer.Length), out awaited);
    }

    public void Dispose() => LibSsl.SSL_free(_tls);

    private int Result(int result, out Awaited awaited)
    {
        awaited = default;
        if (result > 0)
            return result;
        if (LibSsl.SSL_get_error(_tls, result) == LibSsl.ZeroReturn)
            return 0;
        awaited = AwaitedAfter(result) ?? throw new IOException("the TLS connection was cut");
        return -1;
    }

    private Awaited? AwaitedAfter(int result) => LibSsl.SSL_get_error(_tls, result) switch
    {
        LibSsl.WantRead => Awaited.Readable,
        LibSsl.WantWrite => Awaited.Writable,
        _ => null,
    };
}
