using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Computes the body hash of a DKIM signature: SHA-256 over the body in relaxed form (RFC 6376, sections 3.4.4 and 3.7,
/// step 1). MimeKit hashes a body only while it signs a mail. A reply with links of a pool is composed and hashed for
/// each message. With MimeKit it cost 36 % more than a reply without them; with this class, 2 or 3 % more.
/// </summary>
internal sealed class BodyHasher : WriteOnlyStream
{
    private readonly Sha256 _hash = new();
    private readonly byte[] _buffer = new byte[1 << 13];
    private int _count;
    private int _emptyLines;
    private bool _isInLine;
    private bool _isBehindSpace;

    private BodyHasher()
    {
    }

    /// <summary>Returns the hash of a body.</summary>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public static byte[] Hash(ReplyBody body)
    {
        using var hasher = new BodyHasher();
        body.WriteTo(hasher);
        return hasher.Finish();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var end = buffer.IndexOfAny((byte)' ', (byte)'\t', (byte)'\n');
            if (end != 0)
                AddWord(end < 0 ? buffer : buffer[..end]);
            if (end < 0)
                return;
            if (buffer[end] == '\n')
                EndLine();
            else
                _isBehindSpace = true;
            buffer = buffer[(end + 1)..];
        }
    }

    private byte[] Finish()
    {
        if (_isInLine)
            EndLine();
        _hash.Append(_buffer.AsSpan(0, _count));
        return _hash.Finish();
    }

    private void AddWord(ReadOnlySpan<byte> word)
    {
        // Empty lines at the end of the body do not count.
        for (; _emptyLines > 0; _emptyLines--)
            Add("\r\n"u8);
        if (_isBehindSpace)
            Add(" "u8);
        Add(word);
        (_isInLine, _isBehindSpace) = (true, false);
    }

    private void EndLine()
    {
        if (_isInLine)
            Add("\r\n"u8);
        else
            _emptyLines++;
        (_isInLine, _isBehindSpace) = (false, false);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _count)
        {
            _hash.Append(_buffer.AsSpan(0, _count));
            _count = 0;
        }

        if (bytes.Length > _buffer.Length)
        {
            _hash.Append(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_count));
        _count += bytes.Length;
    }
}
