using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Reads files that must be regular files. Opening a pipe blocks until its other end is open, and a device may never
/// end. The message would then wait until its deadline, and the log would not tell why.
/// </summary>
internal static class RegularFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;

    /// <summary>Whether a regular file with this name exists.</summary>
    public static bool Exists(string path) =>
        FileStatus.TryRead(path, out var found) && (found.Mode & KindMask) == Regular;

    /// <summary>Opens the file for reading, without a buffer.</summary>
    /// <exception cref="IOException">
    /// The file cannot be opened or is not a regular file (<see cref="NotRegularFileException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not read the file.</exception>
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

    /// <summary>Creates a new file.</summary>
    /// <param name="path">The name, which no file and no link may have yet.</param>
    /// <param name="mode">The permissions, limited by the umask; null for everybody.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not create it.</exception>
    public static FileStream Create(string path, UnixFileMode? mode = OwnerOnly) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = mode,
        BufferSize = 1 << 16,
    });

    /// <summary>
    /// Returns the file's mode. Null if the file does not exist or cannot be reached; opening it then tells why.
    /// </summary>
    /// <exception cref="NotRegularFileException">The name belongs to something else.</exception>
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

/// <summary>A pipe, a folder, a socket or a device was found in place of a file.</summary>
internal sealed class NotRegularFileException(string what) : IOException($"is {what}, not a file");

/// <summary>An attachment changed between two reads.</summary>
internal sealed class ChangedFileException() : IOException("an attachment was changed while it was read");
