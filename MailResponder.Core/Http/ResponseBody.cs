using System.Globalization;

namespace MailResponder.Http;

/// <summary>The body of an answer, read from its connection as it is asked for.</summary>
/// <param name="connection">Stands behind the head; closed with the body, unless it is kept.</param>
/// <param name="head">Says where the body ends.</param>
/// <param name="keep">Takes the connection when the body was read to its end and another may follow.</param>
internal sealed class ResponseBody(Connection connection, ResponseHead head, Action<Connection> keep) : Stream
{
    private readonly bool _isChunked = head.IsChunked;

    /// <summary>Bytes to come, of a chunk or of all; negative: until the connection ends.</summary>
    private long _left = head.IsChunked ? 0 : head.Length ?? -1;

    private bool _isAtEnd;
    private bool _isFirstChunk = true;
    private Connection? _connection = connection;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="HttpIOException">The connection ended too early, or what came is not HTTP.</exception>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_isAtEnd || buffer.IsEmpty || _connection is not { } from)
            return 0;
        try
        {
            if (_left == 0 && !(_isChunked && NextChunk(from)))
                return End(head.KeepsConnection);
            if (from.Input.IsEmpty && !from.ReadMore())
                return _left < 0 ? End(keepsConnection: false) : throw new HttpIOException(HttpRequestError.ResponseEnded);
        }
        catch (HttpRequestException exception)
        {
            throw new HttpIOException(exception.HttpRequestError, exception.Message);
        }

        var count = Math.Min(buffer.Length, from.Input.Length);
        if (_left >= 0)
            count = (int)Math.Min(count, _left);
        from.Input[..count].CopyTo(buffer);
        from.Take(count);
        if (_left >= 0)
            _left -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _connection is not null)
            End(keepsConnection: _left == 0 && !_isChunked && head.KeepsConnection);
        base.Dispose(disposing);
    }

    /// <summary>False: that was the last one.</summary>
    private bool NextChunk(Connection from)
    {
        if (!_isFirstChunk && ResponseHead.Line(from).Length > 0)
            throw ResponseHead.NotHttp();
        _isFirstChunk = false;
        var size = ResponseHead.Line(from).Split(';')[0].Trim();
        if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
            throw ResponseHead.NotHttp();
        if (_left > 0)
            return true;
        while (ResponseHead.Line(from).Length > 0)
        {
            // Trailers say nothing that anybody asks for.
        }

        return false;
    }

    private int End(bool keepsConnection)
    {
        _isAtEnd = true;
        var ended = _connection;
        _connection = null;
        if (keepsConnection)
            keep(ended!);
        else
            ended!.Dispose();
        return 0;
    }
}
