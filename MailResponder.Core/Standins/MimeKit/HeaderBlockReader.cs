using System.Text;

namespace MimeKit;

/// <summary>Reads a header block from any bytes, each byte looked at a fixed number of times.</summary>
sealed class HeaderBlockReader(Stream stream)
{
    byte[] _bytes = new byte[8192];
    int _filled;
    int _next;

    internal HeaderList Read(CancellationToken cancellationToken)
    {
        var headers = new HeaderList();
        var fieldStart = 0;
        var fieldEnd = 0;
        while (TryReadLine(cancellationToken, out var start, out var end))
        {
            var line = _bytes.AsSpan(start, end - start);
            if (line[0] is (byte)' ' or (byte)'\t')
            {
                fieldEnd = end;
                continue;
            }
            AddField(headers, _bytes.AsSpan(fieldStart, fieldEnd - fieldStart));
            fieldStart = start;
            fieldEnd = end;
            if (line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
                return headers;
        }
        AddField(headers, _bytes.AsSpan(fieldStart, fieldEnd - fieldStart));
        return headers;
    }

    /// <summary>The next line with its line feed; the last one may lack it.</summary>
    bool TryReadLine(CancellationToken cancellationToken, out int start, out int end)
    {
        start = _next;
        for (var searched = _next; ;)
        {
            var found = _bytes.AsSpan(searched, _filled - searched).IndexOf((byte)'\n');
            searched = found < 0 ? _filled : searched + found + 1;
            if (found >= 0 || !Fill(cancellationToken))
            {
                end = _next = searched;
                return end > start;
            }
        }
    }

    bool Fill(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_filled == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        var count = stream.Read(_bytes, _filled, _bytes.Length - _filled);
        _filled += count;
        return count > 0;
    }

    static void AddField(HeaderList headers, ReadOnlySpan<byte> field)
    {
        var colon = field.IndexOf((byte)':');
        if (colon <= 0)
            return;
        // RFC 5322 4.5: white space before the colon. An mbox "From " line has words there and is no field.
        var name = field[..colon].TrimEnd(" \t"u8);
        Span<char> text = stackalloc char[Math.Min(name.Length, 512)];
        if (name.Length > text.Length || Encoding.Latin1.GetChars(name, text) == 0 || !Header.IsFieldName(text))
            return;
        headers.Add(new Header(text.ToString(), field[(colon + 1)..].ToArray()));
    }
}
