using System.IO.Compression;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Statistics;

/// <summary>Reads a log of events: the one in use, or a rotated one, plain or compressed with gzip.</summary>
internal static class LogFile
{
    /// <summary>Returns the path of the log that was rotated last.</summary>
    /// <exception cref="ResponderException">No log was rotated yet.</exception>
    public static string LastRotated() => RotatedOf(MessageEvent.StandardLog) ?? throw new ResponderException(
        Cause.Input, $"neither {MessageEvent.StandardLog}.1 nor {MessageEvent.StandardLog}.1.gz exists: logrotate has "
        + $"not run yet; name a file, for example today's log: responder stats --log {MessageEvent.StandardLog}");

    /// <summary>Returns the path of the file that logrotate made last from the log. Null if there is none.</summary>
    public static string? RotatedOf(string log) => Array.Find([log + ".1", log + ".1.gz"], File.Exists);

    /// <summary>Counts every line of the file.</summary>
    /// <exception cref="ResponderException">
    /// The file cannot be read to its end, or has lines but no event among them.
    /// </exception>
    public static void Count(string path, MessageCounts counts)
    {
        try
        {
            FileTrouble.InWords(Cause.Input, path, () =>
            {
                using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
                using Stream log = IsCompressed(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
                LogLines.Read(log, counts.Add, isComplete: true);
            });
        }
        catch (InvalidDataException exception)
        {
            throw new ResponderException(Cause.Input,
                $"{path}: is damaged, or is not one complete gzip file; try to decompress it", exception);
        }

        if (counts.IsOfNoEvent)
            throw new ResponderException(Cause.Input,
                $"{path}: holds no event; name the log of events, like {MessageEvent.StandardLog}");
    }

    /// <summary>
    /// Returns whether the file begins with the two bytes of gzip (RFC 1952, section 2.3.1). The name of the file does
    /// not matter, and its position stays the same. False for a pipe, which cannot be read without losing the bytes.
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
}
