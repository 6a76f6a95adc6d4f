using System.Text;
using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Files that hold keys. They are read only if their mode gives other users no access, and the group no right to write.
/// A new one is open to its owner alone until it has its group and mode. The response book is replaced in the same way,
/// because it must keep its owner, group and mode.
/// </summary>
internal static class SecretFile
{
    /// <summary>The mode that lets the owner read and write, and the service's user read through the group.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private const UnixFileMode Unsafe = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute
        | UnixFileMode.GroupWrite;

    /// <summary>Returns the file's text.</summary>
    /// <exception cref="ResponderException">
    /// The file is missing, unreadable, not a regular file, or open to others.
    /// </exception>
    public static string Read(string path, Cause cause, string what) =>
        Use(path, cause, what, File.ReadAllText);

    /// <summary>Returns the first line of a password file.</summary>
    /// <exception cref="ResponderException">The file cannot be used, or its first line is empty.</exception>
    public static string ReadPassword(string path)
    {
        var password = Read(path, Cause.Settings, "password file").Split(['\r', '\n'], 2)[0];
        return password.Length > 0 ? password
            : throw new ResponderException(Cause.Settings,
                $"password file {path}: its first line is empty; it must hold the password");
    }

    /// <summary>Opens the file for reading.</summary>
    /// <exception cref="ResponderException">
    /// The file is missing, unreadable, not a regular file, or open to others.
    /// </exception>
    public static FileStream Open(string path, Cause cause, string what) =>
        Use(path, cause, what, name => RegularFile.Open(name));

    /// <summary>
    /// Writes a new file into an existing folder. Leaves an existing file as it is. Root writes into no other user's
    /// folder; see <see cref="OwnFolder"/>.
    /// </summary>
    /// <param name="path">The name of the file.</param>
    /// <param name="text">The content.</param>
    /// <param name="mode">The permissions.</param>
    /// <param name="group">The group of the file; null for the group of the user who runs this.</param>
    /// <returns>False if the file already existed.</returns>
    /// <exception cref="ResponderException">The file cannot be created.</exception>
    public static bool TryCreate(string path, string text, UnixFileMode mode, uint? group = null)
    {
        var isNew = false;
        Appear(path, () =>
        {
            // The file is complete before it gets its name, so no process can read half a key.
            var content = Content(stream => stream.Write(Encoding.UTF8.GetBytes(text)), mode, group);
            AtomicFile.Write(path, RegularFile.OwnerOnly, content, giveName: (unnamed, name) =>
            {
                // The first process wins. File.Move would first check for the name and then rename.
                isNew = FileSystem.TryLink(unnamed, name);
                FileSystem.FlushName(name);
                File.Delete(unnamed);
            });
        });
        return isNew;
    }

    /// <summary>
    /// Writes the new version of a file beside it. It has the owner, group and mode of the old version, if there is
    /// one.
    /// </summary>
    /// <param name="path">The file to replace.</param>
    /// <param name="text">The content.</param>
    /// <param name="group">The group of a file that does not exist yet; null for that of the running user.</param>
    /// <param name="what">What the file is, for error messages.</param>
    /// <returns>The name of the new version, and the name to give it.</returns>
    /// <exception cref="ResponderException">
    /// The file cannot be written, or its owner and group cannot be kept.
    /// </exception>
    public static (string Unfinished, string Target) Prepare(string path, string text, uint? group, string what) =>
        FileTrouble.InWords(Cause.Output, $"{what} {path}", () =>
        {
            var isLink = FileStatus.TryRead(path, out _, followLink: false);
            var target = (isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
            OwnFolder.Require(Path.GetDirectoryName(Path.GetFullPath(target))!);
            return (AtomicFile.Prepare(target, RegularFile.OwnerOnly, RegularFile.ModeOf(target) is not null
                ? LikeOld(target, text)
                : Content(stream => stream.Write(Encoding.UTF8.GetBytes(text)), Mode, group)), target);
        });

    /// <summary>
    /// Puts a complete file in place of anything that has the name, including a symbolic link. Root writes into no
    /// other user's folder; see <see cref="OwnFolder"/>.
    /// </summary>
    /// <param name="path">The name of the file.</param>
    /// <param name="mode">The permissions.</param>
    /// <param name="group">The group of the file; null for the group of the user who runs this.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ResponderException">The file cannot be written.</exception>
    public static void Put(string path, UnixFileMode mode, uint? group, Action<Stream> write) =>
        Appear(path, () => AtomicFile.Write(path, RegularFile.OwnerOnly, Content(write, mode, group)));

    /// <summary>
    /// Renames a file over another one of the same folder. The change is on the disk before this returns.
    /// </summary>
    /// <exception cref="ResponderException">The file cannot be renamed.</exception>
    public static void Move(string from, string to) => Appear(to, () => AtomicFile.Rename(from, to));

    /// <summary>
    /// Runs an action that makes a file appear under a name, in a folder where root may do that
    /// (<see cref="OwnFolder"/>).
    /// </summary>
    private static void Appear(string path, Action make) =>
        FileTrouble.InWords(Cause.Output, path, () =>
        {
            OwnFolder.Require(Path.GetDirectoryName(Path.GetFullPath(path))!);
            make();
        });

    private static T Use<T>(string path, Cause cause, string what, Func<string, T> use) =>
        FileTrouble.InWords(cause, $"{what} {path}", () =>
            RegularFile.ModeOf(path) is not { } mode || (mode & Unsafe) == 0 ? use(path)
            : throw new ResponderException(cause, $"{what} {path}: its mode 0{Convert.ToString((int)mode, 8)} lets "
                + $"others read or change it; run: chmod 0640 {path}"));

    /// <summary>Writes the content after the file has its group and its exact mode, whatever the umask.</summary>
    private static Action<FileStream> Content(Action<Stream> write, UnixFileMode mode, uint? group) => stream =>
    {
        if (group is { } id)
            FileSystem.ChangeOwner(stream.Name, FileSystem.AsItIs, id);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        write(stream);
    };

    private static Action<FileStream> LikeOld(string old, string text) => stream =>
    {
        stream.Write(Encoding.UTF8.GetBytes(text));
        GiveOwnerOf(old, stream.Name);
        File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(old));
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
            throw new ResponderException(Cause.Output, $"{path}: the user {RunningUser.Name} cannot keep its owner "
                + "and group; do this as root", exception);
        }
    }
}
