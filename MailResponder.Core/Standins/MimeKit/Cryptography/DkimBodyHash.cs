using MailResponder.Crypto;

namespace MimeKit.Cryptography;

/// <summary>Hashes a body in canonical form (RFC 6376 3.4.3, 3.4.4), whatever its line ends.</summary>
sealed class DkimBodyHash(DkimCanonicalizationAlgorithm canonicalization) : OutputFilter
{
    readonly Sha256 _hash = new();
    readonly byte[] _block = new byte[8192];
    readonly bool _isRelaxed = canonicalization == DkimCanonicalizationAlgorithm.Relaxed;
    int _count;
    long _emptyLines;
    bool _hasLine;
    bool _hasBlank;
    bool _afterReturn;
    bool _hasAny;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = _isRelaxed ? buffer.IndexOfAny("\r\n \t"u8) : buffer.IndexOfAny("\r\n"u8);
            var text = length < 0 ? buffer : buffer[..length];
            if (!text.IsEmpty)
                AddText(text);
            if (length < 0)
                return;
            AddMark(buffer[length]);
            buffer = buffer[(length + 1)..];
        }
    }

    void AddMark(byte mark)
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

    void AddText(ReadOnlySpan<byte> text)
    {
        for (; _emptyLines > 0; _emptyLines--)
            Append("\r\n"u8);
        // Relaxed: a run of blanks inside a line counts as one space, at its end as nothing.
        if (_hasBlank)
            Append(" "u8);
        _hasBlank = false;
        if (_afterReturn)
            Append("\r"u8);
        _afterReturn = false;
        _hasLine = true;
        Append(text);
    }

    void EndLine()
    {
        _hasBlank = false;
        if (_hasLine)
            Append("\r\n"u8);
        else
            _emptyLines++;
        _hasLine = false;
    }

    /// <summary>The hash, with a final line end as the canonical form wants it.</summary>
    internal byte[] Finish()
    {
        if (_afterReturn)
            AddText([]);
        if (_hasLine || (!_isRelaxed && !_hasAny))
            Append("\r\n"u8);
        _hash.Append(_block.AsSpan(0, _count));
        return _hash.Finish();
    }

    internal override void Complete()
    {
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        _hasAny = true;
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
