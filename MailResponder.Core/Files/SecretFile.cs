using System.Text;
using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Files that hold keys. They are read only when no other user can read or change them, and are written for their owner
/// alone. The response book is replaced in the same way, because it has to keep its owner, group and mode.
/// </summary>
internal static class SecretFile
{
    /// <summary>For the owner, and for the service's user by its group.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private const UnixFileMode Unsafe = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute
        | UnixFileMode.GroupWrite;

    /// <summary>The file's text.</summary>
    /// <exception cref="ResponderException">It is missing, unreadable, no file, or open to others.</exception>
    public static string Read(string path, Cause cause, string what) =>
        Use(path, cause, what, File.ReadAllText);

    /// <summary>The first line of a password file.</summary>
    /// <exception cref="ResponderException">The file cannot be used, or that line is empty.</exception>
    public static string ReadPassword(string path)
    {
        var text = Read(path, Cause.Settings, "password file");
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var password = end < 0 ? text : text[..end];
        return password.Length > 0 ? password
            : throw new ResponderException(Cause.Settings,
                $"password file {path}: its first line is empty; it must be the password");
    }

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="ResponderException">It is missing, unreadable, no file, or open to others.</exception>
    public static FileStream Open(string path, Cause cause, string what) =>
        Use(path, cause, what, name => RegularFile.Open(name));

    /// <summary>Writes a new file into a folder that is there; an existing one is left as it is.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="text">Its content.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="group">Whose it is beside its owner; null: of the user who runs this.</param>
    /// <returns>False when the file was there already.</returns>
    /// <exception cref="ResponderException">It cannot be created.</exception>
    public static bool TryCreate(string path, string text, UnixFileMode mode, uint? group = null) =>
        FileTrouble.InWords(Cause.Output, path, () =>
        {
            var isNew = false;
            // The file is complete before it has its name, so no process can find half a key.
            var content = Content(stream => stream.Write(Encoding.UTF8.GetBytes(text)), mode, group);
            AtomicFile.Write(path, RegularFile.OwnerOnly, content, giveName: (unnamed, name) =>
            {
                // The first process wins. File.Move would look first and rename then.
                isNew = FileSystem.TryLink(unnamed, name);
                File.Delete(unnamed);
            });
            return isNew;
        });

    /// <summary>
    /// Replaces a file as a whole. The new one has the owner, group and mode of the old one.
    /// </summary>
    /// <exception cref="ResponderException">It cannot be written, or would belong to somebody else.</exception>
    public static void Replace(string path, string text, string what)
    {
        var subject = $"{what} {path}";
        var target = FileTrouble.InWords(Cause.Output, subject,
            () => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        Appear(target, subject, () => AtomicFile.Write(target, RegularFile.OwnerOnly, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            GiveOwnerOf(target, stream.Name);
            File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
        }));
    }

    /// <summary>
    /// Puts a whole file in place of whatever has the name, a link too. Root writes into no other user's folder: see
    /// <see cref="OwnFolder"/>.
    /// </summary>
    /// <param name="path">Its name.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="group">Whose it is beside its owner; null: of the user who runs this.</param>
    /// <param name="write">Writes its content.</param>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public static void Put(string path, UnixFileMode mode, uint? group, Action<Stream> write) =>
        Appear(path, path, () => AtomicFile.Write(path, RegularFile.OwnerOnly, Content(write, mode, group)));

    /// <summary>Gives a file of the same folder another one's name, on the disk before this returns.</summary>
    /// <exception cref="ResponderException">It cannot be done.</exception>
    public static void Move(string from, string to) => Appear(to, to, () => File.Move(from, to, overwrite: true));

    /// <summary>Has a file appear under a name that is on the disk before this returns.</summary>
    private static void Appear(string path, string subject, Action make) =>
        FileTrouble.InWords(Cause.Output, subject, () =>
        {
            OwnFolder.Require(Path.GetDirectoryName(Path.GetFullPath(path))!);
            make();
            // Otherwise a power failure could leave a database that is on the new key without the new key file.
            FileSystem.FlushAll();
        });

    private static T Use<T>(string path, Cause cause, string what, Func<string, T> use) =>
        FileTrouble.InWords(cause, $"{what} {path}", () =>
            RegularFile.ModeOf(path) is not { } mode || (mode & Unsafe) == 0 ? use(path)
            : throw new ResponderException(cause, $"{what} {path}: its mode 0{Convert.ToString((int)mode, 8)} lets "
                + $"others read or change it; run: chmod 0640 {path}"));

    /// <summary>Writes the content when the file has its group, and its mode whatever the umask.</summary>
    private static Action<FileStream> Content(Action<Stream> write, UnixFileMode mode, uint? group) => stream =>
    {
        if (group is { } id)
            FileSystem.ChangeOwner(stream.Name, FileSystem.AsItIs, id);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        write(stream);
    };

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
}
