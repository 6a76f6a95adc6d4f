using System.IO.Compression;
using MailResponder.Settings;

namespace MailResponder.Reporting.Statistics;

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
            using var log = IsCompressed(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            Count(log, counts);
        }
        catch (InvalidDataException exception)
        {
            throw new ResponderException(Cause.Input, $"{path}: is damaged, or is not the whole of a gzip file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Input, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>Looks at the first two bytes (RFC 1952, section 2.3.1): a name can be anything.</summary>
    private static bool IsCompressed(FileStream file)
    {
        // A pipe cannot be looked into without losing what was read.
        if (!file.CanSeek)
            return false;
        Span<byte> magic = stackalloc byte[2];
        var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return length == 2 && magic is [0x1f, 0x8b];
    }

    private static void Count(Stream log, MessageCounts counts)
    {
        var buffer = new byte[MaxLineBytes];
        var filled = 0;
        var isInLongLine = false;
        while (log.Read(buffer.AsSpan(filled)) is > 0 and var read)
        {
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
    }
}
