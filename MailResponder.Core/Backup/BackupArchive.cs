using System.Formats.Tar;
using System.IO.Compression;

namespace MailResponder.Backup;

/// <summary>
/// The file format of a backup: a tar archive compressed with gzip, with one regular file for each
/// <see cref="BackedUpFile"/>.
/// </summary>
internal static class BackupArchive
{
    /// <summary>The largest file, except for the database, which is never held in memory.</summary>
    private const long MaxFileBytes = 64 << 20;

    /// <summary>Writes an archive.</summary>
    /// <param name="archive">The stream to write to.</param>
    /// <param name="files">The files and their content. Each stream is read to its end.</param>
    /// <exception cref="ResponderException">A file is larger than <see cref="Read"/> accepts.</exception>
    public static void Write(Stream archive, IEnumerable<(BackedUpFile File, Stream Content)> files)
    {
        using var packed = new GZipStream(archive, CompressionLevel.Optimal, leaveOpen: true);
        using var writer = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (var (file, content) in files)
        {
            if (file.Name != BackedUpFile.Database && content.Length > MaxFileBytes)
                throw new ResponderException(Cause.Backup, $"{file.Path}: {TooLarge(content.Length)}");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Name)
            {
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                DataStream = content,
            });
        }
    }

    /// <summary>Reads an archive to its end.</summary>
    /// <param name="archive">The archive, which is read from its beginning.</param>
    /// <param name="database">The stream that receives the content of the database.</param>
    /// <returns>The content of each entry by its name; the content of the database is empty.</returns>
    /// <exception cref="ResponderException">
    /// The archive is damaged, or has an entry that does not belong to a backup.
    /// </exception>
    public static Dictionary<string, byte[]> Read(FileStream archive, Stream database)
    {
        archive.Position = 0;
        var contents = new Dictionary<string, byte[]>();
        var last = "before the first entry";
        try
        {
            using var unpacked = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
            using var reader = new TarReader(unpacked, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                last = $"in or after the entry {entry.Name}";
                if (Problem(entry, contents) is { } problem)
                    throw Fault(archive, $"entry {entry.Name}: {problem}");
                var content = new MemoryStream();
                entry.DataStream?.CopyTo(entry.Name == BackedUpFile.Database ? database : content);
                contents[entry.Name] = content.ToArray();
            }

            // The checksum follows the tar archive.
            unpacked.CopyTo(Stream.Null);
            if (contents.Count == 0)
                throw new EndOfStreamException();
        }
        // TarReader throws the last two for a size or time that is out of range.
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException
            or OverflowException or ArgumentException)
        {
            throw Fault(archive, $"is damaged or cut short, {last}; take another backup");
        }

        return contents;
    }

    private static string? Problem(TarEntry entry, Dictionary<string, byte[]> before) =>
        !BackedUpFile.IsName(entry.Name) ? "is not part of a backup; did responder backup make this archive?"
        : entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            ? "is not a regular file; did responder backup make this archive?"
        : before.ContainsKey(entry.Name) ? "occurs twice"
        : entry.Name != BackedUpFile.Database && entry.Length > MaxFileBytes ? TooLarge(entry.Length) : null;

    private static string TooLarge(long bytes) => $"has {bytes} bytes; a backup can hold at most {MaxFileBytes}";

    private static ResponderException Fault(FileStream archive, string problem) =>
        new(Cause.Backup, $"{archive.Name}: {problem}");
}
