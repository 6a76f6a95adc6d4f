using System.Text;
using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Files that hold keys: read only when nobody else can read or change them, written for the owner alone. The response
/// book is replaced like them, because it keeps its owner, group and mode.
/// </summary>
internal static class SecretFile
{
    private const UnixFileMode Unsafe = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute
        | UnixFileMode.GroupWrite;

    /// <summary>The file's text.</summary>
    /// <exception cref="ResponderException">It is missing, unreadable, no file, or open to others.</exception>
    public static string Read(string path, Cause cause, string what)
    {
        try
        {
            RequireClosed(path, cause, what);
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(cause, $"{what} {path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="ResponderException">It is missing, unreadable, no file, or open to others.</exception>
    public static FileStream Open(string path, Cause cause, string what)
    {
        try
        {
            RequireClosed(path, cause, what);
            return RegularFile.Open(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(cause, $"{what} {path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>Writes a new file into a folder that is there; an existing one is left as it is.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="text">Its content.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="group">Whose it is beside its owner; null: of the user who runs this.</param>
    /// <returns>False when the file was there already.</returns>
    /// <exception cref="ResponderException">It cannot be created.</exception>
    public static bool TryCreate(string path, string text, UnixFileMode mode, uint? group = null)
    {
        try
        {
            // Complete before it has its name: whoever finds the file finds the whole key.
            var unnamed = UnfinishedFile.NameFor(path);
            try
            {
                Write(unnamed, mode, group, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
                // Whoever comes first; File.Move looks first and renames then.
                return FileSystem.TryLink(unnamed, path);
            }
            finally
            {
                File.Delete(unnamed);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Output, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>
    /// Puts a new file in the old one's place, for the same owner, group and mode, whole at any time.
    /// </summary>
    /// <exception cref="ResponderException">It cannot be written, or would belong to somebody else.</exception>
    public static void Replace(string path, string text, string what)
    {
        try
        {
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            OwnFolder.Require(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var unfinished = UnfinishedFile.NameFor(path);
            try
            {
                const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                Write(unfinished, mode, group: null, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
                GiveOwnerOf(path, unfinished);
                File.SetUnixFileMode(unfinished, File.GetUnixFileMode(path));
                File.Move(unfinished, path, overwrite: true);
                // The name too: the database may go over to the new key before the power fails, and must not lose it.
                FileSystem.FlushAll();
                UnfinishedFile.DeleteThoseOf(path);
            }
            catch
            {
                File.Delete(unfinished);
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Output, $"{what} {path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>
    /// Puts a file in place of whatever has the name, a link too, whole at any time. Nobody else's folder is taken: see
    /// <see cref="OwnFolder"/>.
    /// </summary>
    /// <param name="path">Its name.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="group">Whose it is beside its owner; null: of the user who runs this.</param>
    /// <param name="write">Writes its content.</param>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public static void Put(string path, UnixFileMode mode, uint? group, Action<Stream> write)
    {
        try
        {
            OwnFolder.Require(Path.GetDirectoryName(path)!);
            var unfinished = UnfinishedFile.NameFor(path);
            try
            {
                Write(unfinished, mode, group, write);
                File.Move(unfinished, path, overwrite: true);
                FileSystem.FlushAll();
                UnfinishedFile.DeleteThoseOf(path);
            }
            catch
            {
                File.Delete(unfinished);
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Output, $"{path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    /// <summary>Gives a file of the same folder another one's name, on the disk before this returns.</summary>
    /// <exception cref="ResponderException">It cannot be done.</exception>
    public static void Move(string from, string to)
    {
        try
        {
            OwnFolder.Require(Path.GetDirectoryName(to)!);
            File.Move(from, to, overwrite: true);
            FileSystem.FlushAll();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Output, $"{to}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    private static void RequireClosed(string path, Cause cause, string what)
    {
        if (RegularFile.ModeOf(path) is { } mode && (mode & Unsafe) != 0)
        {
            throw new ResponderException(cause,
                $"{what} {path}: its mode {Octal(mode)} lets others read or change it; run: chmod 0640 {path}");
        }
    }

    private static void Write(string path, UnixFileMode mode, uint? group, Action<Stream> write)
    {
        // Made anew: a link that another user put there would be followed.
        File.Delete(path);
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (group is { } id)
            FileSystem.ChangeOwner(path, FileSystem.AsItIs, id);
        // Whatever the caller's umask takes away from a new file.
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static void GiveOwnerOf(string path, string unfinished)
    {
        if (!FileStatus.TryRead(path, out var found))
            throw new FileNotFoundException(null, path);
        try
        {
            FileSystem.ChangeOwner(unfinished, found.Owner, found.Group);
        }
        catch (IOException exception)
        {
            throw new ResponderException(Cause.Output, $"{path}: its owner and group cannot be kept by the user "
                + $"{RunningUser.Name}; do this as root", exception);
        }
    }

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);
}
