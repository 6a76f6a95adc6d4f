namespace MailResponder.Files;

/// <summary>
/// New versions of several files that belong together. Each is complete under another name before the first is renamed:
/// a full disk, a missing permission or an occupied name is found while nothing is changed yet.
/// </summary>
internal sealed class PreparedFiles : IDisposable
{
    private readonly List<(string Unfinished, string Target)> _files = [];

    /// <summary>How many files were renamed.</summary>
    public int Placed { get; private set; }

    /// <summary>Adds a complete file on the disk of its target.</summary>
    public void Add((string Unfinished, string Target) file) => _files.Add(file);

    /// <summary>Renames the files to their targets, in the order in which they were added.</summary>
    /// <exception cref="ResponderException">
    /// One cannot be renamed. The message tells how many were renamed before it.
    /// </exception>
    public void PutInPlace()
    {
        foreach (var (unfinished, target) in _files)
        {
            var replaced = Placed == 0 ? "" : $" ({Placed} of {_files.Count} files are replaced already)";
            FileTrouble.InWords(Cause.Output, target + replaced, () => AtomicFile.Rename(unfinished, target));
            Placed++;
        }
    }

    /// <summary>Deletes the files that were not renamed.</summary>
    public void Dispose()
    {
        foreach (var (unfinished, _) in _files.Skip(Placed))
            FileTrouble.Try(() => File.Delete(unfinished));
    }
}
