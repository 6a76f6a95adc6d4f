namespace MailResponder.Logs;

/// <summary>Splits a log into lines, in constant memory.</summary>
internal static class LogLines
{
    /// <summary>The longest line that is read. rsyslogd itself writes no line over 8 kB.</summary>
    private const int MaxLineBytes = 1 << 16;

    public delegate void Reader(ReadOnlySpan<byte> line);

    /// <summary>Reads the log to its end.</summary>
    /// <param name="log">The log, which is read from its current position.</param>
    /// <param name="read">Called with each line, without its line end. A line over 64 KiB is passed as empty.</param>
    /// <param name="isComplete">
    /// Whether a last line without a line end counts. In a log in use, such a line is still being written, and is left
    /// for the next time.
    /// </param>
    /// <returns>The number of bytes in the lines, with their line ends.</returns>
    public static long Read(Stream log, Reader read, bool isComplete)
    {
        var buffer = new byte[MaxLineBytes];
        var filled = 0;
        long total = 0, dropped = 0;
        while (log.Read(buffer, filled, buffer.Length - filled) is > 0 and var count)
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, filled + count);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                read(dropped > 0 ? [] : rest[..end]);
                total += dropped + end + 1;
                dropped = 0;
                rest = rest[(end + 1)..];
            }

            if (rest.Length == buffer.Length)
            {
                dropped += rest.Length;
                rest = [];
            }

            rest.CopyTo(buffer);
            filled = rest.Length;
        }

        if (isComplete && dropped + filled > 0)
        {
            read(dropped > 0 ? [] : buffer.AsSpan(0, filled));
            total += dropped + filled;
        }

        return total;
    }
}
