using MimeKit;

namespace MailResponder;

/// <summary>
/// Takes a header block apart, one field at a time: MimeKit's reader of whole blocks gives up the block for some lines,
/// and with it a person's address or a robot's mark.
/// </summary>
internal static class HeaderFields
{
    /// <summary>
    /// The fields in their order. A line without a name of printable ASCII (RFC 5322, section 2.2) before its colon is
    /// passed over with the lines that continue it, and nothing else. Each byte is looked at a fixed number of times.
    /// </summary>
    /// <param name="block">Lines end in LF; when there is none, in CR. The last one may lack its end.</param>
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
            if (HasName(text.AsSpan(start, length)) && Header.TryParse(text, start, length, out var header))
                headers.Add(header);
            start += length;
        }

        return headers;
    }

    /// <summary>Length of the first line and of those behind it that begin with white space.</summary>
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

    /// <summary>White space before the colon is allowed (RFC 5322, section 4.5).</summary>
    private static bool HasName(ReadOnlySpan<byte> field)
    {
        var colon = field.IndexOf((byte)':');
        return colon > 0 && field[..colon].TrimEnd(" \t"u8) is { IsEmpty: false } name
            && !name.ContainsAnyExceptInRange((byte)'!', (byte)'~');
    }
}
