using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>The files of one rendered book.</summary>
/// <param name="path">A folder that this user made and others cannot write.</param>
internal sealed class BookFolder(string path)
{
    /// <summary>More than the texts of any address; the length of a damaged file may exceed memory.</summary>
    private const int MaxBytes = 1 << 28;

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read, or is no record.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public RecordReader? Read(string name)
    {
        var file = Path.Join(path, name);
        if (!FileStatus.TryRead(file, out var found))
            return null;
        return found.Bytes <= MaxBytes
            ? new RecordReader(RegularFile.ReadAllBytes(file)) : throw new IOException("too long");
    }

    /// <exception cref="IOException">There is no such file, or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public FileStream Open(string name) =>
        RegularFile.Open(Path.Join(path, name), FileShare.ReadWrite | FileShare.Delete);

    /// <exception cref="IOException">It cannot be written, or is there already.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Add(string name, Action<FileStream> write)
    {
        using var file = RegularFile.Create(Path.Join(path, name));
        write(file);
    }

    /// <summary>
    /// Puts a whole file in place of the one with the name. A process that has that one open keeps it.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Replace(string name, Action<FileStream> write) =>
        AtomicFile.Write(Path.Join(path, name), RegularFile.OwnerOnly, write, Path.Join(path, name + ".new"));

    public void Delete(string pattern)
    {
        foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [])
            RenderingFolder.Delete(file);
    }

    public void Delete() => RenderingFolder.Delete(path);
}
