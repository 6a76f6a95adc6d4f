using MailResponder.Crypto;
using MailResponder.Settings;

namespace MailResponder.Reporting.Metrics;

/// <summary>
/// Reads the lines that came since the last time, each once, whatever logrotate did in between: the file was renamed
/// or copied and cut off, or both more than once. Only the newest rotated file is looked at, and only uncompressed.
/// </summary>
/// <param name="path">The log for people.</param>
/// <param name="clock">Tells when the first reading began.</param>
internal sealed class LogFollower(string path, TimeProvider clock)
{
    private const int HeadBytes = 512;

    /// <summary>Hands every new line that is a message's to <paramref name="take"/>.</summary>
    /// <param name="last">Null: nothing was read before. Then only lines to come are counted.</param>
    /// <param name="take">Gets the lines in the order of the file.</param>
    /// <returns>Where to go on.</returns>
    /// <exception cref="ResponderException">The log is there and cannot be read.</exception>
    public LogPosition Read(LogPosition? last, Action<LogLine> take)
    {
        try
        {
            using var current = Open(path);
            if (last is null)
                return Skip(current, clock.GetUtcNow());
            if (current is not null && IsIn(current, last))
                return ReadOn(current, last, take);
            using var rotated = Rotated() is { } name ? Open(name) : null;
            return ReadOver(rotated, current, last, take);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Input, $"log {path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    private static LogPosition ReadOver(FileStream? rotated, FileStream? current, LogPosition last, Action<LogLine> take)
    {
        // Looked at before the rotated file is read: once the new file has a line, rsyslogd is done with the old one.
        var isSwitched = current is { Length: > 0 };
        var counted = take;
        if (rotated is not null && IsIn(rotated, last))
        {
            last = ReadOn(rotated, last, take);
        }
        else
        {
            // Too much time has passed, or somebody made the log empty: what is younger than all we know is new.
            var until = last.Until;
            counted = line =>
            {
                if (line.Time > until)
                    take(line);
            };
            last = last with { Offset = 0, Head = "" };
            if (rotated is not null)
                last = ReadOn(rotated, last, counted);
        }

        return isSwitched ? ReadOn(current!, last with { Offset = 0, Head = "" }, counted) : last;
    }

    private static LogPosition ReadOn(FileStream file, LogPosition last, Action<LogLine> take)
    {
        var until = last.Until;
        file.Position = last.Offset;
        var offset = last.Offset + LogLines.Read(file, line =>
        {
            if (!LogLine.TryParse(line, out var message) || message.Result == Result.Probe)
                return;
            take(message);
            if (message.Time > until)
                until = message.Time;
        });
        return new LogPosition(offset, Head(file, offset), until);
    }

    private static LogPosition Skip(FileStream? file, DateTimeOffset now)
    {
        // A line's time is cut to microseconds: one of this very moment is still to come.
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond) - 1);
        if (file is null)
            return new LogPosition(0, "", now);
        var offset = LogLines.Read(file, _ => { });
        return new LogPosition(offset, Head(file, offset), now);
    }

    /// <summary>Whether it is the file of which so much was read.</summary>
    private static bool IsIn(FileStream file, LogPosition position) =>
        position.Offset > 0 && file.Length >= position.Offset && Head(file, position.Offset) == position.Head;

    private static string Head(FileStream file, long offset)
    {
        var head = new byte[Math.Min(HeadBytes, offset)];
        file.Position = 0;
        file.ReadExactly(head);
        return head.Length == 0 ? "" : Convert.ToHexStringLower(Sha256.HashData(head));
    }

    /// <summary>The newest file that rotation has made, numbered or dated; null when there is none.</summary>
    private string? Rotated()
    {
        var (folder, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, name + "?*").Where(IsPlain).MaxBy(File.GetLastWriteTimeUtc)
            : null;

        bool IsPlain(string file) => Path.GetFileName(file)[name.Length..] is ['.' or '-', .. var rest]
            && rest.All(c => char.IsAsciiDigit(c) || c == '-');
    }

    private static FileStream? Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
