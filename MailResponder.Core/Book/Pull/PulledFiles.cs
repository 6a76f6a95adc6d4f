using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The files in force and, in a staging folder, the new ones that are still to be checked. A file has a name: that of
/// the book and the files next to it begins with "/", that of an attachment is its path below the files root.
/// </summary>
/// <param name="settings">The settings, with the folders.</param>
internal sealed class PulledFiles(ResponderSettings settings)
{
    /// <summary>The name of the book.</summary>
    public const string Book = "/book";
    private const char BesideBook = '/';
    private static readonly TimeSpan KeepUnused = TimeSpan.FromDays(1);
    private readonly string _staging = Path.Join(settings.FilesRoot, ".pull");
    private readonly PullState _state = new(settings.FilesRoot);
    private readonly Dictionary<string, FetchedFile> _fetched = [];

    public int Fetched => _fetched.Count;

    public int Unchanged { get; private set; }

    /// <summary>How many files of this host were replaced so far.</summary>
    public int Replaced { get; private set; }

    /// <summary>Returns the name of a file next to the book.</summary>
    public static string NameBeside(string path) => BesideBook + Path.GetFileName(path);

    /// <summary>Whether the file was downloaded because it is new or changed.</summary>
    public bool IsFetched(string name) => _fetched.ContainsKey(name);

    /// <summary>Returns the path of the downloaded file, or of the file in force if it has not changed.</summary>
    public string New(string name) => IsFetched(name) ? Staged(name) : InForce(name);

    public string HashOfNew(string name) => (_fetched.GetValueOrDefault(name) ?? _state.Files[name]).Sha256;

    /// <summary>
    /// Downloads an object into the staging folder, unless the file in force is still the same. It is the same if its
    /// content has the recorded hash and S3 still has the recorded ETag.
    /// </summary>
    public void Fetch(Bucket bucket, string bucketName, string key, string name, long? maxBytes = null)
    {
        var known = _state.Files.GetValueOrDefault(name);
        if (known is not null && HashOf(InForce(name)) != known.Sha256)
            known = null;
        if (bucket.Fetch(bucketName, key, known?.ETag, Staged(name), maxBytes) is { } fetched)
            _fetched[name] = fetched;
        else if (known is not null)
            Unchanged++;
        else
            throw new ResponderException(Cause.S3, $"s3://{bucketName}/{key}: the answer is \"not modified\", although "
                + "the request had no condition; does s3.endpoint name S3?");
    }

    /// <summary>
    /// Returns why no file can have the name of an attachment: in S3 one key may continue another, but on a disk
    /// nothing is below a file. Null if nothing is in the way.
    /// </summary>
    /// <param name="name">The name of the attachment.</param>
    /// <param name="all">The names of all attachments of the book.</param>
    public string? ObstacleTo(string name, HashSet<string> all)
    {
        for (var above = Path.GetDirectoryName(name)!; above.Length > 0; above = Path.GetDirectoryName(above)!)
        {
            if (all.Contains(above))
                return $"{above} is an attachment too, and on a disk no file is below another";
            if (File.Exists(InForce(above)))
                return $"{InForce(above)} is a file, and no other can be below it";
        }

        return Directory.Exists(InForce(name)) && Directory.EnumerateFileSystemEntries(InForce(name)).Any()
            ? $"{InForce(name)} is a folder with files in it" : null;
    }

    /// <summary>
    /// Puts the downloaded files in force. All is prepared first, so that almost every failure changes nothing. If a
    /// rename fails or the process is killed between two, the next pull finds the files that do not match the recorded
    /// state, and replaces them.
    /// </summary>
    /// <exception cref="ResponderException">
    /// A file cannot be written (<see cref="Cause.Output"/>). See <see cref="Replaced"/>.
    /// </exception>
    public void PutInForce(ResponseBook book, BookSeal seal, DateTimeOffset now)
    {
        using var prepared = new PreparedFiles();
        // A message may be answered meanwhile. So the signatures come before the files that they verify, and the
        // attachments before the book.
        foreach (var name in seal.Files.Select(NameBeside))
            PrepareBesideBook(name, prepared);
        foreach (var name in _fetched.Keys.Where(name => !name.StartsWith(BesideBook)))
        {
            MakeRoom(InForce(name));
            prepared.Add((Staged(name), InForce(name)));
        }

        var replacesBook = PrepareBesideBook(Book, prepared);
        foreach (var (name, fetched) in _fetched)
            _state.Files[name] = fetched;
        ForgetUnused(book, now.ToUnixTimeSeconds());
        FileTrouble.InWords(Cause.Output, settings.FilesRoot, () => prepared.Add(_state.Prepare()));
        try
        {
            // This tells the messages that the attachments may be newer than the book (FileIdentity.IsBeingReplaced).
            if (replacesBook)
                FileTrouble.Try(() => File.SetLastWriteTimeUtc(settings.ResponseBook, DateTime.UnixEpoch));
            prepared.PutInPlace();
        }
        finally
        {
            Replaced = prepared.Placed;
        }
    }

    public void DeleteStaging()
    {
        if (Directory.Exists(_staging))
            Directory.Delete(_staging, recursive: true);
    }

    private string Staged(string name) => Path.Join(_staging, name.StartsWith(BesideBook) ? name : "files/" + name);

    private string InForce(string name) => name == Book ? settings.ResponseBook
        : name.StartsWith(BesideBook) ? Path.Join(Path.GetDirectoryName(settings.ResponseBook), name)
        : Path.Join(settings.FilesRoot, name);

    /// <summary>
    /// Copies a downloaded file to its own folder, because the book may be on another file system than the cache.
    /// </summary>
    /// <returns>False if the file in force has the same content.</returns>
    private bool PrepareBesideBook(string name, PreparedFiles prepared)
    {
        var path = InForce(name);
        if (!IsFetched(name) || HashOf(path) == _fetched[name].Sha256)
            return false;
        var folder = Path.GetDirectoryName(path)!;
        FileTrouble.InWords(Cause.Output, folder, () => NewFolder.Make(folder, NewFolder.OpenToAll));
        MakeRoom(path);
        FileTrouble.InWords(Cause.Output, path, () =>
        {
            var content = File.ReadAllBytes(Staged(name));
            prepared.Add((AtomicFile.Prepare(path, mode: null, stream => stream.Write(content)), path));
        });
        return true;
    }

    /// <summary>Makes sure that a file can be renamed to this path.</summary>
    private static void MakeRoom(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        FileTrouble.InWords(Cause.Output, folder, () => Directory.CreateDirectory(folder));
        if (!FileSystem.MayWriteInto(folder))
            throw new ResponderException(Cause.Output, OwnPlaces.MayNotWriteInto(folder));
        FileTrouble.InWords(Cause.Output, path, () =>
        {
            // Only an empty folder is deleted: one that a failed pull made, or whose files are no longer used.
            if (Directory.Exists(path) && !FileTrouble.Try(() => Directory.Delete(path)))
                throw new NotRegularFileException("a folder");
        });
    }

    /// <summary>
    /// Deletes files that the book has not named for a day. They are kept that long because a deferred message may
    /// still need them.
    /// </summary>
    private void ForgetUnused(ResponseBook book, long now)
    {
        var used = book.Entries.SelectMany(entry => entry.Attachments).Select(attachment => attachment.Path)
            .ToHashSet();
        foreach (var (name, file) in _state.Files.ToArray())
        {
            if (name.StartsWith(BesideBook) || used.Contains(name))
            {
                _state.Files[name] = file with { UnusedSince = 0 };
            }
            else if (file.UnusedSince == 0)
            {
                _state.Files[name] = file with { UnusedSince = now };
            }
            else if (now - file.UnusedSince > KeepUnused.TotalSeconds && TryDelete(name))
            {
                _state.Files.Remove(name);
            }
        }
    }

    /// <summary>Deletes an attachment and the folders that are empty without it, but not that of its bucket.</summary>
    private bool TryDelete(string name)
    {
        if (!FileTrouble.Try(() => File.Delete(InForce(name))))
            return false;
        var above = Path.GetDirectoryName(name)!;
        while (above.Contains('/') && FileTrouble.Try(() => Directory.Delete(InForce(above))))
            above = Path.GetDirectoryName(above)!;
        return true;
    }

    private static string? HashOf(string path) => FileTrouble.OrNull(() =>
    {
        using var stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(Sha256.HashData(stream));
    });
}
