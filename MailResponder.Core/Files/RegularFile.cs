using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Reads files that have to be regular ones. Opening a pipe blocks until its other end is open, and a device may never
/// end: a message would wait for its deadline, and the log would not say why.
/// </summary>
internal static class RegularFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;

    /// <summary>Whether a regular file has the name.</summary>
    public static bool Exists(string path) =>
        FileStatus.TryRead(path, out var found) && (found.Mode & KindMask) == Regular;

    /// <summary>Opens it for reading, without a buffer.</summary>
    /// <exception cref="IOException">
    /// It cannot be opened, or is something else (<see cref="NotRegularFileException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path, FileShare share = FileShare.Read)
    {
        ModeOf(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 0);
    }

    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAllBytes(string path)
    {
        ModeOf(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Makes a new file.</summary>
    /// <param name="path">No file, nor a link, may have this name.</param>
    /// <param name="mode">Who may use it, as far as the umask allows; null: everybody.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static FileStream Create(string path, UnixFileMode? mode = OwnerOnly) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = mode,
        BufferSize = 1 << 16,
    });

    /// <summary>
    /// The file's mode; null when there is no such file or it cannot be reached: opening it says why.
    /// </summary>
    /// <exception cref="NotRegularFileException">Something else has the name.</exception>
    public static UnixFileMode? ModeOf(string path)
    {
        if (!FileStatus.TryRead(path, out var found))
            return null;
        return (found.Mode & KindMask) switch
        {
            Regular => (UnixFileMode)(found.Mode & ~KindMask),
            0x1000 => throw new NotRegularFileException("a pipe"),
            0x4000 => throw new NotRegularFileException("a folder"),
            0xc000 => throw new NotRegularFileException("a socket"),
            _ => throw new NotRegularFileException("a device"),
        };
    }
}

/// <summary>A pipe, a folder, a socket or a device is where a file should be.</summary>
internal sealed class NotRegularFileException(string what) : IOException($"is {what}, not a file");

/// <summary>A file was changed between two looks at it.</summary>
internal sealed class ChangedFileException() : IOException("was changed while it was read");
