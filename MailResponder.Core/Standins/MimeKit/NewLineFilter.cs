namespace MimeKit;

/// <summary>Turns every line end, also a lone CR, into the wanted one.</summary>
sealed class NewLineFilter(Stream target, bool usesCrLf) : OutputFilter
{
    bool _afterReturn;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_afterReturn && buffer is [(byte)'\n', ..])
            buffer = buffer[1..];
        if (!buffer.IsEmpty)
            _afterReturn = false;
        while (!buffer.IsEmpty)
        {
            var end = buffer.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                target.Write(buffer);
                return;
            }
            target.Write(buffer[..end]);
            target.Write(usesCrLf ? "\r\n"u8 : "\n"u8);
            var isReturn = buffer[end] == '\r';
            buffer = buffer[(end + 1)..];
            if (isReturn && buffer is [(byte)'\n', ..])
                buffer = buffer[1..];
            else
                _afterReturn = isReturn && buffer.IsEmpty;
        }
    }

    internal override void Complete()
    {
        if (target is OutputFilter next)
            next.Complete();
    }
}
