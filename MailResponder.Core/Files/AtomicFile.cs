namespace MailResponder.Files;

/// <summary>
/// Replaces files as a whole: a reader finds the old or the new content, never a part, even after a crash. The new file
/// is written under another name beside the old one, flushed to the disk, and then renamed.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Puts the content in place. The umask decides who may read it.</summary>
    /// <returns>False when the file had this content already and was left alone.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static bool Write(string path, byte[] content)
    {
        if (RegularFile.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return false;
        Write(path, mode: null, stream => stream.Write(content));
        return true;
    }

    /// <summary>Puts a file in place of whatever has the name, a link too.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="mode">Who may use it, as far as the umask allows; null: everybody.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="beside">Its name until it is whole; null: that of <see cref="UnfinishedFile"/>.</param>
    /// <param name="giveName">Gives the file with the first name the second; null: by a rename.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(
        string path, UnixFileMode? mode, Action<FileStream> write, string? beside = null,
        Action<string, string>? giveName = null)
    {
        var unfinished = beside ?? UnfinishedFile.NameFor(path);
        try
        {
            // A killed process with the same id may have left the file. A link under the name must not be followed.
            File.Delete(unfinished);
            using (var stream = RegularFile.Create(unfinished, mode))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (giveName is null)
                File.Move(unfinished, path, overwrite: true);
            else
                giveName(unfinished, path);
        }
        catch
        {
            // On a full disk the rest would take space that messages need. The first failure is the one to report.
            FileTrouble.Try(() => File.Delete(unfinished));
            throw;
        }

        if (beside is null)
            UnfinishedFile.DeleteThoseOf(path);
    }
}
