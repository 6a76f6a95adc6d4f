namespace MailResponder.Logs;

/// <summary>The whole lines of a log in constant memory.</summary>
internal static class LogLines
{
    /// <summary>rsyslogd's own limit for a line is 8 kB; a longer one is no message's and is passed over.</summary>
    private const int BufferBytes = 1 << 16;

    public delegate void Reader(ReadOnlySpan<byte> line);

    /// <summary>
    /// Reads from the file's position to the end that it has now. A last line without a line end is still being
    /// written.
    /// </summary>
    /// <returns>How many bytes the whole lines have.</returns>
    public static long Read(FileStream file, Reader read)
    {
        var left = file.Length - file.Position;
        var buffer = new byte[BufferBytes];
        var (filled, isTooLong) = (0, false);
        long whole = 0, unfinished = 0;
        while (file.Read(buffer, filled, (int)Math.Min(buffer.Length - filled, left)) is > 0 and var count)
        {
            left -= count;
            filled += count;
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, filled);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (!isTooLong)
                    read(rest[..end]);
                whole += unfinished + end + 1;
                (isTooLong, unfinished) = (false, 0);
                rest = rest[(end + 1)..];
            }

            if (rest.Length == buffer.Length)
            {
                unfinished += rest.Length;
                rest = [];
                isTooLong = true;
            }

            rest.CopyTo(buffer);
            filled = rest.Length;
        }

        return whole;
    }
}
