using System.Buffers.Binary;
using System.IO.Compression;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Statistics;

/// <summary>The log of events as a file: the one in use, or a rotated one, plain or compressed by gzip.</summary>
internal static class LogFile
{
    /// <exception cref="ResponderException">Nothing was rotated yet.</exception>
    public static string LastRotated() => RotatedOf(MessageEvent.StandardLog) ?? throw new ResponderException(
        Cause.Input, $"neither {MessageEvent.StandardLog}.1 nor {MessageEvent.StandardLog}.1.gz is there: logrotate "
        + $"has not run yet; name a file, like the log of today: responder stats --log {MessageEvent.StandardLog}");

    /// <summary>What logrotate made of the log last; null when it has not run yet.</summary>
    public static string? RotatedOf(string log) => Array.Find([log + ".1", log + ".1.gz"], File.Exists);

    /// <summary>Counts every line of the file.</summary>
    /// <exception cref="ResponderException">
    /// The file cannot be read to its end, or has lines and no event among them.
    /// </exception>
    public static void Count(string path, MessageCounts counts)
    {
        try
        {
            FileTrouble.InWords(Cause.Input, path, () =>
            {
                using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
                if (IsCompressed(file))
                    CountCompressed(file, counts);
                else
                    LogLines.Read(file, counts.Add, isComplete: true);
            });
        }
        catch (InvalidDataException exception)
        {
            throw new ResponderException(Cause.Input,
                $"{path}: is damaged, or is not the whole of one gzip file; unpack it to see", exception);
        }

        if (counts.IsOfNoEvent)
            throw new ResponderException(Cause.Input,
                $"{path}: holds no event; name the log for programs, like {MessageEvent.StandardLog}");
    }

    /// <summary>
    /// Looks at the first two bytes (RFC 1952, section 2.3.1): a name can be anything. The position stays. A pipe is
    /// never compressed: it cannot be looked into without losing what was read.
    /// </summary>
    private static bool IsCompressed(FileStream file)
    {
        if (!file.CanSeek)
            return false;
        Span<byte> magic = stackalloc byte[2];
        var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Seek(-length, SeekOrigin.Current);
        return length == 2 && magic is [0x1f, 0x8b];
    }

    /// <summary>
    /// Compares the last field of the file (RFC 1952, section 2.3.1: ISIZE, modulo 2^32) with what came out:
    /// GZipStream takes a file that was cut off for a shorter one, and a report of half a day must not look like a
    /// quiet day.
    /// </summary>
    /// <exception cref="InvalidDataException">The file was cut off.</exception>
    private static void CountCompressed(FileStream file, MessageCounts counts)
    {
        Span<byte> size = stackalloc byte[sizeof(uint)];
        file.Seek(Math.Max(0, file.Length - size.Length), SeekOrigin.Begin);
        file.ReadAtLeast(size, size.Length, throwOnEndOfStream: false);
        file.Position = 0;
        using var log = new GZipStream(file, CompressionMode.Decompress);
        if ((uint)LogLines.Read(log, counts.Add, isComplete: true) != BinaryPrimitives.ReadUInt32LittleEndian(size))
            throw new InvalidDataException();
    }
}
