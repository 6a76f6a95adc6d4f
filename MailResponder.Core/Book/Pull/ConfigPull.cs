using System.Security.Cryptography;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Brings the response book and the attachments that it names from S3 to this host. Everything is fetched beside the
/// cache and checked first; only a book without faults and with all its attachments is put in force: attachments,
/// then the book, each file by one rename.
/// </summary>
/// <remarks>Call it with the <see cref="PullTurn"/> held.</remarks>
internal sealed class ConfigPull(ResponderSettings settings, TimeProvider clock, Deadline deadline)
{
    private const string BookEntry = "/book";
    private static readonly TimeSpan KeepUnused = TimeSpan.FromDays(1);
    private readonly string _staging = Path.Join(settings.FilesRoot, ".pull");
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, FetchedFile> _fetched = [];
    private int _unchanged;
    private bool _s3Failed;

    /// <summary>Without S3 in the settings only the Postfix maps are made, from the book that lies here.</summary>
    public PullResult Run(bool checkOnly)
    {
        try
        {
            if (settings.S3 is not { } s3)
                return WithMaps(ResponseBookFile.Check(settings.ResponseBook, _faults), checkOnly);
            DeleteStaging();
            var state = PullState.Load(settings.FilesRoot);
            using var bucket = new Bucket(s3, deadline);
            var book = FetchBook(bucket, s3, state);
            if (book is not null)
                FetchAttachments(bucket, book, state);
            if (book is not null && !checkOnly && _faults.TrueForAll(fault => fault.IsWarning))
                PutInForce(book, state);
            return WithMaps(book, checkOnly);
        }
        catch (ResponderException exception)
        {
            _faults.Add(new Fault(settings.File, 0, "s3", exception.Message));
            return new PullResult(_faults, 0, 0, MapsChanged: false) { S3Failed = true };
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            _faults.Add(new Fault(settings.FilesRoot, 0, "", FileTrouble.Describe(exception)));
            return new PullResult(_faults, 0, 0, MapsChanged: false);
        }
        finally
        {
            DeleteStaging();
        }
    }

    private PullResult WithMaps(ResponseBook? book, bool checkOnly)
    {
        var good = book is not null && _faults.TrueForAll(fault => fault.IsWarning);
        var mapsChanged = good && !checkOnly && settings.PostfixMaps is { } folder && PostfixMaps.Write(folder, book!);
        return new PullResult(_faults, _fetched.Count, _unchanged, mapsChanged) { S3Failed = _s3Failed };
    }

    private ResponseBook? FetchBook(Bucket bucket, S3Settings s3, PullState state)
    {
        var staged = Path.Join(_staging, "book");
        Fetch(bucket, s3.BookBucket, s3.BookKey, BookEntry, staged, settings.ResponseBook, state);
        var book = ResponseBookFile.Check(File.Exists(staged) ? staged : settings.ResponseBook, _faults);
        // The operator knows the book by where it was uploaded.
        var name = $"s3://{s3.BookBucket}/{s3.BookKey}";
        for (var i = 0; i < _faults.Count; i++)
            _faults[i] = _faults[i].File == staged ? _faults[i] with { File = name } : _faults[i];
        return book;
    }

    private void FetchAttachments(Bucket bucket, ResponseBook book, PullState state)
    {
        var seen = new HashSet<string>();
        foreach (var entry in book.Entries)
        {
            foreach (var attachment in entry.Attachments)
            {
                var path = attachment.Bucket + "/" + attachment.File;
                if (!FilesFolder.IsPlainPath(path) || !seen.Add(path))
                    continue;
                try
                {
                    Fetch(bucket, attachment.Bucket, attachment.File, path, Path.Join(_staging, "files", path),
                        Path.Join(settings.FilesRoot, path), state);
                }
                catch (ResponderException exception)
                {
                    _s3Failed |= exception.Cause == Cause.S3;
                    _faults.Add(new Fault($"s3://{settings.S3!.BookBucket}/{settings.S3.BookKey}", attachment.Line,
                        $"entry {entry.Number}, attachments", exception.Message));
                }
            }
        }
    }

    /// <summary>
    /// Stages the object unless the file in force is the same still, by S3's word and by its content.
    /// </summary>
    private void Fetch(Bucket bucket, string bucketName, string key, string name, string staged, string inForce,
        PullState state)
    {
        var known = state.Files.GetValueOrDefault(name);
        if (known is not null && HashOf(inForce) != known.Sha256)
            known = null;
        if (bucket.Fetch(bucketName, key, known?.ETag, staged) is { } fetched)
            _fetched[name] = fetched;
        else
            _unchanged++;
    }

    private void PutInForce(ResponseBook book, PullState state)
    {
        foreach (var name in _fetched.Keys)
        {
            if (name == BookEntry)
                continue;
            var path = Path.Join(settings.FilesRoot, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(Path.Join(_staging, "files", name), path, overwrite: true);
        }

        if (_fetched.ContainsKey(BookEntry))
        {
            NewFolder.Make(Path.GetDirectoryName(settings.ResponseBook)!, NewFolder.OpenToAll);
            // The book may lie on another file system than the cache, where a rename cannot reach.
            AtomicFile.Write(settings.ResponseBook, File.ReadAllBytes(Path.Join(_staging, "book")));
        }

        foreach (var (name, fetched) in _fetched)
            state.Files[name] = fetched;
        ForgetUnused(book, state);
        state.Save();
    }

    /// <summary>A file that the book no longer names is kept for a day: a deferred message may still want it.</summary>
    private void ForgetUnused(ResponseBook book, PullState state)
    {
        var used = new HashSet<string> { BookEntry };
        foreach (var entry in book.Entries)
            used.UnionWith(entry.Attachments.Select(attachment => attachment.Bucket + "/" + attachment.File));
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (name, file) in state.Files.ToArray())
        {
            if (used.Contains(name))
            {
                state.Files[name] = file with { UnusedSince = 0 };
            }
            else if (file.UnusedSince == 0)
            {
                state.Files[name] = file with { UnusedSince = now };
            }
            else if (now - file.UnusedSince > KeepUnused.TotalSeconds)
            {
                File.Delete(Path.Join(settings.FilesRoot, name));
                state.Files.Remove(name);
            }
        }
    }

    private static string? HashOf(string path) => FileTrouble.OrNull(() =>
    {
        using var stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    });

    private void DeleteStaging()
    {
        if (Directory.Exists(_staging))
            Directory.Delete(_staging, recursive: true);
    }
}

/// <summary>What a pull brought.</summary>
/// <param name="Faults">With an error among them nothing was put in force, and the last good book still is.</param>
/// <param name="Fetched">Files that S3 sent because they were new or changed.</param>
/// <param name="Unchanged">Files that were as they should be.</param>
/// <param name="MapsChanged">Whether Postfix has to read its tables again.</param>
internal sealed record PullResult(List<Fault> Faults, int Fetched, int Unchanged, bool MapsChanged)
{
    /// <summary>Whether S3 could not be asked for all files, so that nobody knows whether the book is good.</summary>
    public bool S3Failed { get; init; }

    public bool IsGood => Faults.TrueForAll(fault => fault.IsWarning);
}
