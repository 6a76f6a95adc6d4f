using System.Runtime.InteropServices;
using MailResponder.Settings;

namespace MailResponder.Rendering;

/// <summary>
/// Where the rendered book lies: a folder of the responder's own that may be deleted at any time. Whatever cannot be
/// read or written there is as if it were not there.
/// </summary>
internal sealed partial class RenderingFolder
{
    /// <summary>The file by which processes take turns in changing it.</summary>
    public const string LockName = ".lock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _path;
    private readonly uint _user = geteuid();

    public RenderingFolder(ResponderSettings settings) => _path = PathOf(settings);

    /// <summary>Beside the SQLite file, where each message writes anyway; with MySQL, below the attachments.</summary>
    public static string PathOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? file + ".rendered" : Path.Join(settings.FilesRoot, ".rendered");

    /// <summary>Null when the file is not there, or not a file of this user.</summary>
    public FileStream? Open(string name)
    {
        FileStream? file = null;
        try
        {
            file = RegularFile.Open(Path.Join(_path, name), FileShare.ReadWrite | FileShare.Delete);
            if (FileIdentity.Of(file.SafeFileHandle).Owner == _user)
                return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>The right to change the folder; null while another process has it, or when it cannot be written.</summary>
    public IDisposable? TryEnter()
    {
        try
        {
            // Root by hand would leave a folder that the responder's user cannot use.
            if (_user == 0 && FileIdentity.Of(Path.GetDirectoryName(_path)!) is not { Owner: 0 })
                return null;
            Directory.CreateDirectory(_path, OwnerOnly | UnixFileMode.UserExecute);
            return FileTurn.Wait(Path.Join(_path, LockName), TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Puts a whole file in place of what had the name; who has that open keeps it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Write(string name, Action<Stream> write)
    {
        var unfinished = Path.Join(_path, name + ".new");
        try
        {
            using var file = new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
                BufferSize = 1 << 16,
            });
            write(file);
            // A crash must not leave a file of the right length with nothing in it.
            file.Flush(flushToDisk: true);
            File.Move(unfinished, Path.Join(_path, name), overwrite: true);
        }
        catch
        {
            // On a full disk it would take the room that the messages need.
            Delete(name + ".new");
            throw;
        }
    }

    public void Delete(string name)
    {
        try
        {
            File.Delete(Path.Join(_path, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then it stays, and is found wanting again.
        }
    }

    public void DeleteAllBut(HashSet<string> names)
    {
        foreach (var path in Directory.GetFiles(_path))
        {
            var name = Path.GetFileName(path);
            if (name != LockName && !names.Contains(name))
                Delete(name);
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial uint geteuid();
}
