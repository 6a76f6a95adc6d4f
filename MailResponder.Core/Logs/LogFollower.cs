using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Logs;

/// <summary>
/// Reads the lines that were added since the last time, each exactly once. logrotate may have renamed the file in
/// between, or copied and truncated it, or both, more than once. Of the rotated files only the newest is read, and only
/// if it is not compressed.
/// </summary>
internal sealed class LogFollower : IDisposable
{
    private const int HeadBytes = 512;
    private readonly string _path;
    private readonly Func<ReadOnlySpan<byte>, DateTimeOffset?> _timeOf;
    private readonly FileStream? _current;
    private readonly FileStream? _rotated;

    /// <summary>
    /// Opens the log and the newest rotated file. Afterwards the process may give up its permission to open them.
    /// </summary>
    /// <param name="path">The path of the log.</param>
    /// <param name="timeOf">Returns the time of a line; null for a line that does not count.</param>
    /// <exception cref="ResponderException">The log exists but cannot be opened.</exception>
    public LogFollower(string path, Func<ReadOnlySpan<byte>, DateTimeOffset?> timeOf)
    {
        _path = Path.GetFullPath(path);
        _timeOf = timeOf;
        (_current, _rotated) = Try(() => (OpenFile(_path), Rotated() is { } name ? OpenFile(name) : null));
    }

    /// <summary>Returns the position at the end of the log, from which only future lines count.</summary>
    /// <exception cref="ResponderException">The log cannot be read.</exception>
    public LogPosition Skip(DateTimeOffset now) => Try(() =>
    {
        var offset = _current is null ? 0 : LogLines.Read(_current, _ => { }, isComplete: false);
        // A tick earlier, so that a line written at this very moment counts as new.
        return new LogPosition(offset, _current is null ? "" : Head(_current, offset), now.AddTicks(-1));
    });

    /// <summary>
    /// Passes every line added since <paramref name="last"/> to <paramref name="take"/>, in the order of the file.
    /// </summary>
    /// <returns>The position for the next call.</returns>
    /// <exception cref="ResponderException">The log cannot be read.</exception>
    public LogPosition Read(LogPosition last, LogLines.Reader take) => Try(() =>
        _current is not null && IsIn(_current, last) ? ReadOn(_current, last, take) : ReadOver(last, take));

    public void Dispose()
    {
        _current?.Dispose();
        _rotated?.Dispose();
    }

    private T Try<T>(Func<T> work) => FileTrouble.InWords(Cause.Input, "log " + _path, work);

    private LogPosition ReadOver(LogPosition last, LogLines.Reader take)
    {
        // Check this before reading the rotated file: once the new file has a line, rsyslogd no longer writes the old.
        var isSwitched = _current is { Length: > 0 };
        var counted = take;
        if (_rotated is not null && IsIn(_rotated, last))
        {
            last = ReadOn(_rotated, last, take);
        }
        else
        {
            // The file that was read is gone: it was rotated twice, or emptied. Count the lines that are later than
            // every line counted so far.
            var until = last.Until;
            counted = line =>
            {
                if (_timeOf(line) > until)
                    take(line);
            };
            last = last with { Offset = 0, Head = "" };
            if (_rotated is not null)
                last = ReadOn(_rotated, last, counted);
        }

        return isSwitched ? ReadOn(_current!, last with { Offset = 0, Head = "" }, counted) : last;
    }

    private LogPosition ReadOn(FileStream file, LogPosition last, LogLines.Reader take)
    {
        var until = last.Until;
        file.Position = last.Offset;
        var offset = last.Offset + LogLines.Read(file, line =>
        {
            take(line);
            if (_timeOf(line) is { } time && time > until)
                until = time;
        }, isComplete: false);
        return new LogPosition(offset, Head(file, offset), until);
    }

    /// <summary>Returns whether this is the file that the position belongs to.</summary>
    private static bool IsIn(FileStream file, LogPosition position) =>
        position.Offset > 0 && file.Length >= position.Offset && Head(file, position.Offset) == position.Head;

    private static string Head(FileStream file, long offset)
    {
        var head = new byte[Math.Min(HeadBytes, offset)];
        file.Position = 0;
        file.ReadExactly(head);
        return head.Length == 0 ? "" : Convert.ToHexStringLower(Sha256.HashData(head));
    }

    /// <summary>
    /// Returns the path of the newest rotated file whose name ends in a number or a date. Null if there is none.
    /// </summary>
    private string? Rotated()
    {
        var (folder, name) = (Path.GetDirectoryName(_path)!, Path.GetFileName(_path));
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, name + "?*").Where(IsPlain).MaxBy(File.GetLastWriteTimeUtc)
            : null;

        bool IsPlain(string file) => Path.GetFileName(file)[name.Length..] is ['.' or '-', .. var rest]
            && rest.All(c => char.IsAsciiDigit(c) || c == '-');
    }

    private static FileStream? OpenFile(string file)
    {
        try
        {
            return new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>How far the log has been read.</summary>
/// <param name="Offset">The number of bytes of the file that were read. It is always the end of a line.</param>
/// <param name="Head">
/// A hash of the file's first bytes, which identifies the file after a rotation; empty if none of it was read. The
/// file's name or inode number may by then belong to another file.
/// </param>
/// <param name="Until">The time of the latest line that counted. If the file is gone, later lines are new.</param>
internal sealed record LogPosition(long Offset, string Head, DateTimeOffset Until)
{
    /// <summary>The position before the first line.</summary>
    public static readonly LogPosition Start = new(0, "", DateTimeOffset.MinValue);
}
