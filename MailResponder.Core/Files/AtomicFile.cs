using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Replaces whole files: a reader finds the old or the new content, never a part, even after a crash. The new file is
/// written under another name in the same folder, flushed to the disk, and then renamed. The new name is on the disk
/// before a method that renames returns.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Replaces the file with the content. The umask decides who may read it.</summary>
    /// <returns>False if the file already had this content and was left alone.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not write the file.</exception>
    public static bool Write(string path, byte[] content)
    {
        if (RegularFile.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return false;
        Write(path, mode: null, stream => stream.Write(content));
        return true;
    }

    /// <summary>
    /// Puts a file in place of the file or symbolic link that has the name. Refuses to replace a device, a pipe or a
    /// folder: root would destroy /dev/null.
    /// </summary>
    /// <param name="path">The name of the file.</param>
    /// <param name="mode">The permissions, limited by the umask; null for everybody.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="beside">
    /// The name of the file until it is complete; null for that of <see cref="UnfinishedFile"/>.
    /// </param>
    /// <param name="giveName">
    /// Gives the file that has the first name the second name, and flushes it; null for <see cref="Rename"/>.
    /// </param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not write the file.</exception>
    public static void Write(
        string path, UnixFileMode? mode, Action<FileStream> write, string? beside = null,
        Action<string, string>? giveName = null)
    {
        RegularFile.ModeOf(path);
        var unfinished = beside ?? UnfinishedFile.NameFor(path);
        WriteNew(unfinished, mode, write);
        try
        {
            (giveName ?? Rename)(unfinished, path);
        }
        catch
        {
            FileTrouble.Try(() => File.Delete(unfinished));
            throw;
        }

        if (beside is null)
            UnfinishedFile.DeleteThoseOf(path);
    }

    /// <summary>
    /// Writes the new content of a file under another name in the same folder, and flushes it to the disk. The caller
    /// renames it; see <see cref="PreparedFiles"/>.
    /// </summary>
    /// <returns>That name.</returns>
    /// <inheritdoc cref="Write(string, UnixFileMode?, Action{FileStream}, string?, Action{string, string}?)"/>
    public static string Prepare(string path, UnixFileMode? mode, Action<FileStream> write)
    {
        UnfinishedFile.DeleteThoseOf(path);
        var unfinished = UnfinishedFile.NameFor(path);
        WriteNew(unfinished, mode, write);
        return unfinished;
    }

    /// <summary>Renames a complete file over another one. The change is on the disk before this returns.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FileSystem.FlushName(to);
    }

    private static void WriteNew(string path, UnixFileMode? mode, Action<FileStream> write)
    {
        try
        {
            // A killed process with the same id may have left the file. A link with this name must not be followed.
            File.Delete(path);
            using var stream = RegularFile.Create(path, mode);
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            // On a full disk an incomplete file would take space that messages need. The first failure is the one to
            // report.
            FileTrouble.Try(() => File.Delete(path));
            throw;
        }
    }
}
