using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Logs;

/// <summary>
/// Reads the lines that came since the last time, each once, whatever logrotate did in between: the file was renamed
/// or copied and cut off, or both more than once. Only the newest rotated file is looked at, and only uncompressed.
/// </summary>
internal sealed class LogFollower : IDisposable
{
    private const int HeadBytes = 512;
    private readonly string _path;
    private readonly Func<ReadOnlySpan<byte>, DateTimeOffset?> _timeOf;
    private readonly FileStream? _current;
    private readonly FileStream? _rotated;

    /// <summary>
    /// Opens the log and the newest rotated file. The process may give up the right to open them afterwards.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="timeOf">The time of a line; null for a line that does not count.</param>
    /// <exception cref="ResponderException">The log is there and cannot be opened.</exception>
    public LogFollower(string path, Func<ReadOnlySpan<byte>, DateTimeOffset?> timeOf)
    {
        _path = Path.GetFullPath(path);
        _timeOf = timeOf;
        (_current, _rotated) = Try(() => (OpenFile(_path), Rotated() is { } name ? OpenFile(name) : null));
    }

    /// <summary>Where to begin when only lines to come count.</summary>
    /// <exception cref="ResponderException">The log cannot be read.</exception>
    public LogPosition Skip(DateTimeOffset now) => Try(() =>
    {
        var offset = _current is null ? 0 : LogLines.Read(_current, _ => { }, isComplete: false);
        // A line of this very moment is still to come.
        return new LogPosition(offset, _current is null ? "" : Head(_current, offset), now.AddTicks(-1));
    });

    /// <summary>Hands every line that came since to <paramref name="take"/>, in the order of the file.</summary>
    /// <returns>Where to go on.</returns>
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
        // Checked before the rotated file is read: once the new file has a line, rsyslogd has left the old one.
        var isSwitched = _current is { Length: > 0 };
        var counted = take;
        if (_rotated is not null && IsIn(_rotated, last))
        {
            last = ReadOn(_rotated, last, take);
        }
        else
        {
            // The file that was read is gone: rotated twice, or emptied. Lines younger than all that counted are new.
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

    /// <summary>Whether this is the file in which the position lies.</summary>
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
/// <param name="Offset">Bytes of the file that are read; always the end of a line.</param>
/// <param name="Head">
/// Hash of the file's first bytes, which identifies it after a rotation; empty when nothing of it was read. Its name or
/// inode number may belong to another file by then.
/// </param>
/// <param name="Until">Time of the youngest line that counted. It decides what is new when the file is gone.</param>
internal sealed record LogPosition(long Offset, string Head, DateTimeOffset Until)
{
    /// <summary>Before the first line.</summary>
    public static readonly LogPosition Start = new(0, "", DateTimeOffset.MinValue);
}
