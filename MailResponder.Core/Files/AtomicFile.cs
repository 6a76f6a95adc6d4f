namespace MailResponder.Files;

/// <summary>
/// Files that are replaced whole: a reader finds the old or the new content, never a part, even after a crash.
/// </summary>
internal static class AtomicFile
{
    /// <returns>False when the file had this content already and was left alone.</returns>
    public static bool Write(string path, byte[] content)
    {
        if (RegularFile.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return false;
        var unfinished = UnfinishedFile.NameFor(path);
        try
        {
            // Another process may have had the id of this one, or somebody put a link there, not to be followed.
            File.Delete(unfinished);
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            UnfinishedFile.DeleteThoseOf(path);
            return true;
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}
