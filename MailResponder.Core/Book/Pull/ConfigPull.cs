using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Brings the response book and the attachments that it names from S3 to this host. Everything is fetched beside the
/// cache and checked first; only a book without faults and with all its attachments is put in force: attachments,
/// then the book, each file by one rename.
/// </summary>
/// <remarks>Call it with the <see cref="PullTurn"/> held.</remarks>
/// <param name="settings">Where everything is.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="deadline">That of the whole work.</param>
/// <param name="allowOlder">Whether a signature may be older than the one in force.</param>
internal sealed class ConfigPull(
    ResponderSettings settings, TimeProvider clock, Deadline deadline, bool allowOlder = false)
{
    private const string BookEntry = "/book";
    private static readonly TimeSpan KeepUnused = TimeSpan.FromDays(1);
    private readonly string _staging = Path.Join(settings.FilesRoot, ".pull");
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, FetchedFile> _fetched = [];
    private readonly BookSeal _seal = new(settings);
    private int _unchanged;
    private bool _s3Failed;

    /// <summary>Without S3 in the settings only the Postfix maps are made, from the book that lies here.</summary>
    public PullResult Run(bool checkOnly)
    {
        var result = Pull(checkOnly);
        // While S3 gives no answer, nothing is known.
        if (!checkOnly && settings.S3 is not null && !result.S3Failed)
            PullState.NoteRefusal(settings.FilesRoot, result.Faults.Find(fault => !fault.IsWarning));
        return result;
    }

    private PullResult Pull(bool checkOnly)
    {
        try
        {
            if (settings.S3 is not { } s3)
                return WithMaps(ResponseBookFile.Check(settings.ResponseBook, _faults, _seal), checkOnly);
            DeleteStaging();
            var state = new PullState(settings.FilesRoot);
            using var bucket = new Bucket(s3, deadline);
            var book = FetchBook(bucket, s3, state);
            if (book is not null)
                FetchAttachments(bucket, book, state, SignedSums(bucket, s3, book, state));
            if (book is not null && !checkOnly && _faults.TrueForAll(fault => fault.IsWarning))
                PutInForce(book, state);
            return WithMaps(book, checkOnly);
        }
        catch (ResponderException exception)
        {
            var isOfBook = exception.Cause == Cause.ResponseBook;
            _faults.Add(new Fault(settings.File, 0, isOfBook ? "signed_by" : "s3", exception.Message));
            return new PullResult(_faults, 0, 0, MapsChanged: false) { S3Failed = !isOfBook };
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
        var text = RegularFile.ReadAllBytes(File.Exists(staged) ? staged : settings.ResponseBook);
        if (_seal.IsOn)
        {
            var inForce = BookSeal.SignatureOf(settings.ResponseBook);
            var (signature, place) = FetchBeside(
                bucket, s3, BookSeal.SignatureOf(s3.BookKey), inForce, MinisignSignature.MaxBytes, state);
            _seal.RequireNotOlder(_seal.CheckBook(text, signature, place), place, inForce, allowOlder);
        }

        // The operator knows the book by where it was uploaded.
        return ResponseBookFile.Check(text, $"s3://{s3.BookBucket}/{s3.BookKey}", _faults);
    }

    /// <summary>Null when nothing is signed, or there is nothing to be listed.</summary>
    /// <exception cref="ResponderException">The hashes are not signed, or are those of another book.</exception>
    private Sha256Sums? SignedSums(Bucket bucket, S3Settings s3, ResponseBook book, PullState state)
    {
        if (!_seal.IsOn || book.Entries.All(entry => entry.SentAttachments.Count == 0))
            return null;
        var key = s3.BookKey[..(s3.BookKey.LastIndexOf('/') + 1)] + BookSeal.SumsName;
        var inForce = BookSeal.SignatureOf(_seal.SumsPath);
        var (text, place) = FetchBeside(bucket, s3, key, _seal.SumsPath, Sha256Sums.MaxBytes, state);
        var (signed, placeOfSignature) = FetchBeside(
            bucket, s3, BookSeal.SignatureOf(key), inForce, MinisignSignature.MaxBytes, state);
        var (sums, signature) = _seal.CheckSums(text, signed, place);
        _seal.RequireNotOlder(signature, placeOfSignature, inForce, allowOlder);
        // Whoever lists the book too keeps the two together: an old list with old attachments does not go with it.
        var name = $"{s3.BookBucket}/{s3.BookKey}";
        if (sums.Of(name) is not null && sums.Of(name) != HashOfNew(BookEntry, state))
        {
            throw new ResponderException(Cause.ResponseBook,
                $"{place}: lists another {name} than this; make it anew, sign it, and upload both");
        }

        return sums;
    }

    private (byte[] Content, string Place) FetchBeside(
        Bucket bucket, S3Settings s3, string key, string inForce, int maxBytes, PullState state)
    {
        var name = "/" + Path.GetFileName(inForce);
        var staged = Path.Join(_staging, name);
        try
        {
            Fetch(bucket, s3.BookBucket, key, name, staged, inForce, state, maxBytes);
        }
        catch (ResponderException exception) when (exception.Cause == Cause.Attachment)
        {
            throw new ResponderException(Cause.ResponseBook,
                exception.Message + " (signed_by is set: docs/signing.md)", exception);
        }

        return (RegularFile.ReadAllBytes(File.Exists(staged) ? staged : inForce), $"s3://{s3.BookBucket}/{key}");
    }

    /// <summary>Not those that the book holds back: a missing one must not keep them switched on.</summary>
    private void FetchAttachments(Bucket bucket, ResponseBook book, PullState state, Sha256Sums? sums)
    {
        var seen = new HashSet<string>();
        foreach (var entry in book.Entries)
        {
            foreach (var attachment in entry.SentAttachments)
            {
                var path = attachment.Bucket + "/" + attachment.File;
                if (!FilesFolder.IsPlainPath(path) || !seen.Add(path))
                    continue;
                try
                {
                    // What is not listed need not be fetched.
                    var listed = sums is null ? null : BookSeal.Listed(sums, path, BookSeal.SumsName);
                    Fetch(bucket, attachment.Bucket, attachment.File, path, Path.Join(_staging, "files", path),
                        Path.Join(settings.FilesRoot, path), state);
                    if (listed is not null)
                        BookSeal.CheckHash(sums!, path, HashOfNew(path, state), BookSeal.SumsName);
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
        PullState state, long? maxBytes = null)
    {
        var known = state.Files.GetValueOrDefault(name);
        if (known is not null && HashOf(inForce) != known.Sha256)
            known = null;
        if (bucket.Fetch(bucketName, key, known?.ETag, staged, maxBytes) is { } fetched)
            _fetched[name] = fetched;
        else if (known is not null)
            _unchanged++;
        else
            throw new ResponderException(Cause.S3, $"s3://{bucketName}/{key}: the answer is \"not modified\", which "
                + "nobody asked for; does s3.endpoint name S3?");
    }

    /// <summary>Of what was fetched or, where that had not changed, of what lies here.</summary>
    private string HashOfNew(string name, PullState state) =>
        (_fetched.GetValueOrDefault(name) ?? state.Files[name]).Sha256;

    private void PutInForce(ResponseBook book, PullState state)
    {
        NewFolder.Make(Path.GetDirectoryName(settings.ResponseBook)!, NewFolder.OpenToAll);
        // What a message verifies new files by is there before them.
        foreach (var beside in _seal.Files)
        {
            if (_fetched.ContainsKey("/" + Path.GetFileName(beside)))
                AtomicFile.Write(beside, File.ReadAllBytes(Path.Join(_staging, Path.GetFileName(beside))));
        }

        foreach (var name in _fetched.Keys.Where(name => !IsBesideBook(name)))
        {
            var path = Path.Join(settings.FilesRoot, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(Path.Join(_staging, "files", name), path, overwrite: true);
        }

        // The book may lie on another file system than the cache, where a rename cannot reach.
        if (_fetched.ContainsKey(BookEntry))
            AtomicFile.Write(settings.ResponseBook, File.ReadAllBytes(Path.Join(_staging, "book")));

        foreach (var (name, fetched) in _fetched)
            state.Files[name] = fetched;
        ForgetUnused(book, state);
        state.Save();
    }

    /// <summary>A file that the book no longer names is kept for a day: a deferred message may still want it.</summary>
    private void ForgetUnused(ResponseBook book, PullState state)
    {
        var used = new HashSet<string>(state.Files.Keys.Where(IsBesideBook));
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

    /// <summary>Whether it is the book, or lies beside it, and is no attachment: their names begin with none.</summary>
    private static bool IsBesideBook(string name) => name.StartsWith('/');

    private static string? HashOf(string path) => FileTrouble.OrNull(() =>
    {
        using var stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(Sha256.HashData(stream));
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
