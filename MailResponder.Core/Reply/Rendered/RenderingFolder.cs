using System.Text;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The folder of the rendered books. The responder alone uses it, and it may be deleted at any time. Each book is a
/// folder in it, named after the program and the state of the book's file, and put in place by one rename.
/// </summary>
internal sealed class RenderingFolder
{
    /// <summary>The file by which processes take turns at changing the folder.</summary>
    public const string LockName = ".lock";

    private const string Unfinished = ".new";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _path;

    /// <summary>
    /// The first part of the name of a book's folder. It stands for the program, because another build renders
    /// differently, and for the keys that may sign the book, because other keys have not vouched for what was rendered.
    /// </summary>
    private readonly string _maker = ProgramIdentity.Name;
    private readonly uint _user = ProcessUser.Effective;

    public RenderingFolder(ResponderSettings settings)
    {
        _path = PathOf(settings);
        if (settings.SignedBy.Count > 0)
        {
            var keys = string.Concat(settings.SignedBy.Select(key => key.Text));
            _maker += "." + Convert.ToHexStringLower(Sha256.HashData(Encoding.ASCII.GetBytes(keys)).AsSpan(0, 16));
        }
    }

    /// <summary>
    /// Returns the path: next to the SQLite file, where each message writes anyway, or with MySQL below the
    /// attachments.
    /// </summary>
    public static string PathOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? file + ".rendered" : Path.Join(settings.FilesRoot, ".rendered");

    /// <summary>Deletes a file or folder. If that fails, the next process that renders tries again.</summary>
    public static void Delete(string path) => FileTrouble.Try(() =>
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    });

    /// <summary>Returns what this program rendered from this state of the book; null if there is nothing.</summary>
    public BookFolder? Find(FileIdentity book) => Trusted(PathOf(book));

    /// <summary>Returns what this program rendered last; null if there is nothing.</summary>
    public BookFolder? FindLast() => FileTrouble.OrNull(() =>
        // After its first part, a name has the time of the book's last change.
        Directory.GetDirectories(_path, _maker + "-*").Max(StringComparer.Ordinal) is { } last
            ? Trusted(last) : null);

    /// <summary>
    /// Returns the right to change the folder, held until disposed. Null while another process has it, or if the folder
    /// cannot be written.
    /// </summary>
    public IDisposable? TryEnter() => FileTrouble.OrNull(() =>
    {
        // If a person runs this as root, it must not leave a folder that the responder's user cannot use.
        if (_user == 0 && FileIdentity.Of(Path.GetDirectoryName(_path)!) is not { Owner: 0 })
            return null;
        Directory.CreateDirectory(_path, OwnerOnly);
        return IsOurs(_path) ? FileTurn.TryTake(Path.Join(_path, LockName)) : null;
    });

    /// <summary>Puts a book in place and deletes all others. Only one process at a time may call this.</summary>
    /// <param name="book">The state of the book's file.</param>
    /// <param name="write">Writes the files of the book.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public BookFolder Make(FileIdentity book, Action<BookFolder> write)
    {
        var path = PathOf(book);
        var unfinished = Path.Join(_path, Unfinished);
        // Left by a process that was killed.
        Delete(unfinished);
        try
        {
            Directory.CreateDirectory(unfinished, OwnerOnly);
            write(new BookFolder(unfinished));
            Delete(path);
            Directory.Move(unfinished, path);
        }
        catch
        {
            // On a full disk, the unfinished folder would take the space that messages need.
            Delete(unfinished);
            throw;
        }

        foreach (var other in Directory.GetFileSystemEntries(_path))
        {
            if (other != path && Path.GetFileName(other) != LockName)
                Delete(other);
        }

        return new BookFolder(path);
    }

    private string PathOf(FileIdentity book) => Path.Join(_path, _maker + "-" + book.Name);

    private BookFolder? Trusted(string path) => IsOurs(path) ? new BookFolder(path) : null;

    /// <summary>
    /// Whether the path is a folder, not a symbolic link, that this user owns and no other user can write to.
    /// </summary>
    private bool IsOurs(string path)
    {
        const int kindMask = 0xf000, folder = 0x4000;
        const int others = (int)(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        return FileStatus.TryRead(path, out var found, followLink: false)
            && (found.Mode & (kindMask | others)) == folder && found.Owner == _user;
    }
}
