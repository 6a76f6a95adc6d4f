using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>The files of one rendered book.</summary>
/// <param name="path">A folder that this user owns and others cannot write to.</param>
internal sealed class BookFolder(string path)
{
    /// <summary>A limit above the texts of any address. The length of a damaged file may exceed memory.</summary>
    private const int MaxBytes = 1 << 28;

    /// <summary>Reads a record; null if there is no such file.</summary>
    /// <exception cref="IOException">The file cannot be read, or is not a record.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not read the file.</exception>
    public RecordReader? Read(string name)
    {
        var file = Path.Join(path, name);
        if (!FileStatus.TryRead(file, out var found))
            return null;
        return found.Bytes <= MaxBytes
            ? new RecordReader(RegularFile.ReadAllBytes(file)) : throw new IOException("too long");
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not open the file.</exception>
    public FileStream Open(string name) =>
        RegularFile.Open(Path.Join(path, name), FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes a new file.</summary>
    /// <exception cref="IOException">The file cannot be written, or exists already.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not write the file.</exception>
    public void Add(string name, Action<FileStream> write)
    {
        using var file = RegularFile.Create(Path.Join(path, name));
        write(file);
    }

    /// <summary>
    /// Replaces the whole file of that name by one rename. A process that has the old file open keeps it.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not write the file.</exception>
    public void Replace(string name, Action<FileStream> write) =>
        AtomicFile.Write(Path.Join(path, name), RegularFile.OwnerOnly, write, Path.Join(path, name + ".new"));

    public void Delete(string pattern)
    {
        foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [])
            RenderingFolder.Delete(file);
    }

    public void Delete() => RenderingFolder.Delete(path);
}
