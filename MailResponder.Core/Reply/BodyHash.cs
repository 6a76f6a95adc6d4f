using MailResponder.Crypto;

namespace MailResponder.Reply;

/// <summary>Hashes a body in the canonical form "relaxed" (RFC 6376, section 3.4.4), whatever its line ends.</summary>
internal sealed class BodyHash : WriteOnlyStream
{
    private readonly Sha256 _hash = new();
    private readonly byte[] _block = new byte[8192];
    private int _count;
    private long _emptyLines;
    private bool _hasLine;
    private bool _hasBlank;
    private bool _afterReturn;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = buffer.IndexOfAny("\r\n \t"u8);
            var text = length < 0 ? buffer : buffer[..length];
            if (!text.IsEmpty)
                AddText(text);
            if (length < 0)
                return;
            AddMark(buffer[length]);
            buffer = buffer[(length + 1)..];
        }
    }

    /// <summary>The hash, with a final line end as the canonical form wants it; nothing may follow.</summary>
    public byte[] Finish()
    {
        if (_afterReturn)
            AddText([]);
        if (_hasLine)
            Append("\r\n"u8);
        _hash.Append(_block.AsSpan(0, _count));
        return _hash.Finish();
    }

    private void AddMark(byte mark)
    {
        if (mark == '\n')
        {
            _afterReturn = false;
            EndLine();
            return;
        }

        if (_afterReturn)
            AddText([]);
        if (mark == '\r')
            _afterReturn = true;
        else
            _hasBlank = true;
    }

    private void AddText(ReadOnlySpan<byte> text)
    {
        for (; _emptyLines > 0; _emptyLines--)
            Append("\r\n"u8);
        // A run of blanks inside a line counts as one space, at its end as nothing.
        if (_hasBlank)
            Append(" "u8);
        _hasBlank = false;
        if (_afterReturn)
            Append("\r"u8);
        _afterReturn = false;
        _hasLine = true;
        Append(text);
    }

    private void EndLine()
    {
        _hasBlank = false;
        if (_hasLine)
            Append("\r\n"u8);
        else
            _emptyLines++;
        _hasLine = false;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _block.Length - _count)
        {
            var taken = _block.Length - _count;
            bytes[..taken].CopyTo(_block.AsSpan(_count));
            _hash.Append(_block);
            _count = 0;
            bytes = bytes[taken..];
        }

        bytes.CopyTo(_block.AsSpan(_count));
        _count += bytes.Length;
    }
}
