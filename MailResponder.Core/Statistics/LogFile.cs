using System.Buffers.Binary;
using System.IO.Compression;
using MailResponder.Files;

namespace MailResponder.Statistics;

/// <summary>The log for people as a file: the one in use, or a rotated one, plain or compressed by gzip.</summary>
internal static class LogFile
{
    /// <summary>What logrotate made last, in the order in which it is looked for.</summary>
    private static readonly string[] Rotated = ["/var/log/mail_responder.log.1", "/var/log/mail_responder.log.1.gz"];

    private const int MaxLineBytes = 1 << 17;

    /// <exception cref="ResponderException">Nothing was rotated yet.</exception>
    public static string LastRotated() => Array.Find(Rotated, File.Exists) ?? throw new ResponderException(Cause.Input,
        $"neither {string.Join(" nor ", Rotated)} is there: logrotate has not run yet; " +
        "name a file, like the log of today: responder stats --log /var/log/mail_responder.log");

    /// <summary>Has every line counted.</summary>
    /// <exception cref="ResponderException">The file cannot be read to its end.</exception>
    public static void Count(string path, MessageCounts counts)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            if (!GzipFile.IsOne(file))
            {
                CountLines(file, counts);
                return;
            }

            var expected = SizeUncompressed(file);
            using var log = new GZipStream(file, CompressionMode.Decompress);
            if ((uint)CountLines(log, counts) != expected)
                throw new InvalidDataException();
        }
        catch (InvalidDataException exception)
        {
            throw new ResponderException(Cause.Input,
                $"{path}: is damaged, or is not the whole of one gzip file; unpack it to see", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Input, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>
    /// The last field of the file (RFC 1952, section 2.3.1: ISIZE), modulo 2^32. GZipStream takes a file that was cut
    /// off for a shorter one, and a report of half a day must not look like a quiet day.
    /// </summary>
    private static uint SizeUncompressed(FileStream file)
    {
        Span<byte> size = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - size.Length);
        file.ReadAtLeast(size, size.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(size);
    }

    /// <summary>Returns how many bytes the lines have.</summary>
    private static long CountLines(Stream log, MessageCounts counts)
    {
        var total = 0L;
        var buffer = new byte[MaxLineBytes];
        var filled = 0;
        var isInLongLine = false;
        while (log.Read(buffer.AsSpan(filled)) is > 0 and var read)
        {
            total += read;
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, filled + read);
            for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                if (isInLongLine)
                    counts.AddUnmatched();
                else
                    counts.Add(rest[..end]);
                isInLongLine = false;
                rest = rest[(end + 1)..];
            }

            isInLongLine |= rest.Length == buffer.Length;
            filled = isInLongLine ? 0 : rest.Length;
            rest[..filled].CopyTo(buffer);
        }

        if (isInLongLine)
            counts.AddUnmatched();
        else if (filled > 0)
            counts.Add(buffer.AsSpan(0, filled));
        return total;
    }
}
