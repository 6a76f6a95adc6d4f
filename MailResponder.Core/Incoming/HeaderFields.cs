using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// Splits a header block into its fields, one at a time. MimeKit's reader for whole blocks gives up the block at some
/// malformed lines. A person's address or a robot's mark would be lost with it.
/// </summary>
internal static class HeaderFields
{
    /// <summary>
    /// Returns the fields in order. Skips a line that has no name in printable ASCII before its colon (RFC 5322,
    /// section 2.2), together with its continuation lines, and nothing else. The time grows linearly with the length of
    /// the block.
    /// </summary>
    /// <param name="block">
    /// The header block. Lines end in LF or, if there is no LF, in CR. The last line may lack its end.
    /// </param>
    public static HeaderList Of(byte[] block)
    {
        var headers = new HeaderList();
        var text = block;
        if (!block.AsSpan().Contains((byte)'\n'))
        {
            text = new byte[block.Length];
            block.AsSpan().Replace(text, (byte)'\r', (byte)'\n');
        }

        for (var start = 0; start < text.Length;)
        {
            var length = FieldLength(text.AsSpan(start));
            if (Parse(text, start, length) is { } header)
                headers.Add(header);
            start += length;
        }

        return headers;
    }

    /// <summary>Returns the length of the first line and of the lines after it that begin with white space.</summary>
    private static int FieldLength(ReadOnlySpan<byte> rest)
    {
        var length = 0;
        do
        {
            var line = rest[length..].IndexOf((byte)'\n') + 1;
            length = line == 0 ? rest.Length : length + line;
        }
        while (length < rest.Length && rest[length] is (byte)' ' or (byte)'\t');
        return length;
    }

    /// <summary>
    /// Parses one field. White space before the colon is allowed (RFC 5322, section 4.5). Control bytes and a byte
    /// order mark around the name are ignored: otherwise they would hide a robot's mark.
    /// </summary>
    /// <returns>Null if it has no valid name.</returns>
    private static Header? Parse(byte[] text, int start, int length)
    {
        var field = text.AsSpan(start, length);
        var colon = field.IndexOf((byte)':');
        if (colon <= 0)
            return null;
        var (first, end) = (0, colon);
        while (first < end && IsNothing(field[first]))
            first++;
        while (first < end && IsNothing(field[end - 1]))
            end--;
        var name = field[first..end];
        if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            return null;
        if (first == 0 && (end == colon || field[end] is (byte)' ' or (byte)'\t'))
            return Header.TryParse(text, start, length, out var header) ? header : null;
        byte[] clean = [.. name, .. field[colon..]];
        return Header.TryParse(clean, 0, clean.Length, out var cleaned) ? cleaned : null;
    }

    private static bool IsNothing(byte b) => b is (<= (byte)' ' and not (byte)'\r') or 0x7f or 0xef or 0xbb or 0xbf;
}
