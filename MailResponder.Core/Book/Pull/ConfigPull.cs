using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Downloads the response book and the attachments that it names from S3 to this host. All files are downloaded into a
/// staging folder and checked first. The book is put in force only if it has no faults and all its attachments are
/// available: first the attachments are replaced, then the book, each file by one atomic rename.
/// </summary>
/// <remarks>The caller must hold the <see cref="Turn"/>.</remarks>
/// <param name="settings">The settings.</param>
/// <param name="clock">The source of the time.</param>
/// <param name="deadline">The deadline of the whole pull.</param>
/// <param name="allowOlder">Whether a signature may be older than the one in force.</param>
internal sealed class ConfigPull(
    ResponderSettings settings, TimeProvider clock, Deadline deadline, bool allowOlder = false)
{
    /// <summary>
    /// The first character of the names of the book and the files next to it in the recorded state. Names of
    /// attachments do not begin with it.
    /// </summary>
    private const char BesideBook = '/';
    private const string BookEntry = "/book";
    private static readonly TimeSpan KeepUnused = TimeSpan.FromDays(1);
    private readonly string _staging = Path.Join(settings.FilesRoot, ".pull");
    private readonly string _place = $"s3://{settings.S3?.BookBucket}/{settings.S3?.BookKey}";
    private readonly PullState _state = PullState.Load(settings.FilesRoot);
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, FetchedFile> _fetched = [];
    private readonly BookSeal _seal = new(settings);
    private int _unchanged;
    private bool _s3Failed;

    /// <summary>Takes the lock on the cache, which one process at a time may change. The caller disposes it.</summary>
    /// <param name="filesRoot">The folder of the cache. It is created if missing.</param>
    /// <param name="maxWait">How long to wait for another process.</param>
    /// <exception cref="ResponderException">
    /// Another process held the lock for too long (<see cref="Cause.InProgress"/>), or the cache cannot be written.
    /// </exception>
    public static FileTurn Turn(string filesRoot, TimeSpan maxWait)
    {
        var path = Path.Join(filesRoot, ".pull.lock");
        return FileTrouble.InWords(Cause.S3, $"cache {filesRoot}", () =>
        {
            NewFolder.Make(filesRoot, NewFolder.OpenToAll);
            return FileTurn.Wait(path, maxWait)
                ?? throw new ResponderException(
                    Cause.InProgress, $"another pull has held {path} for too long; does S3 respond?");
        });
    }

    /// <summary>
    /// Runs the pull. Without S3 in the settings, this only writes the Postfix tables from the book on this host.
    /// </summary>
    /// <param name="checkOnly">Whether to download and check without putting anything in force.</param>
    /// <exception cref="ResponderException">
    /// A Postfix table cannot be written (<see cref="Cause.Output"/>). The book is in force nevertheless.
    /// </exception>
    public PullResult Run(bool checkOnly)
    {
        var result = Pull(checkOnly);
        // If S3 could not be reached, it is unknown whether the book in S3 is good, so the last result stays recorded.
        if (!checkOnly && settings.S3 is not null && !result.S3Failed)
            PullState.NoteRefusal(settings.FilesRoot, result.Error);
        return result;
    }

    private PullResult Pull(bool checkOnly)
    {
        var mapsChanged = false;
        try
        {
            DeleteStaging();
            var book = settings.S3 is { } s3 ? Fetched(s3)
                : ResponseBookFile.Check(settings.ResponseBook, _faults, _seal);
            if (book is not null && !checkOnly && _faults.TrueForAll(fault => fault.IsWarning))
            {
                if (settings.S3 is not null)
                    PutInForce(book);
                mapsChanged = settings.PostfixMaps is { } folder && PostfixMaps.Write(folder, book);
            }
        }
        // If a Postfix table cannot be written, the book is in force already.
        catch (ResponderException exception) when (exception.Cause != Cause.Output)
        {
            _s3Failed = exception.Cause != Cause.ResponseBook;
            _faults.Add(new Fault(settings.File, 0, _s3Failed ? "s3" : BookSeal.SignedBy, exception.Message));
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            _faults.Add(new Fault(settings.FilesRoot, 0, "", FileTrouble.Describe(exception)));
        }
        finally
        {
            DeleteStaging();
        }

        return new PullResult(_faults, _fetched.Count, _unchanged, mapsChanged, _s3Failed);
    }

    private ResponseBook? Fetched(S3Settings s3)
    {
        using var bucket = new Bucket(s3, deadline);
        Fetch(bucket, s3.BookBucket, s3.BookKey, BookEntry);
        var text = RegularFile.ReadAllBytes(New(BookEntry));
        if (_seal.IsOn)
        {
            var inForce = BookSeal.SignatureOf(settings.ResponseBook);
            var (signature, place) = FetchBeside(
                bucket, s3, BookSeal.SignatureOf(s3.BookKey), inForce, MinisignSignature.MaxBytes);
            _seal.RequireNotOlder(_seal.CheckBook(text, signature, place), place, inForce, allowOlder);
        }

        // In faults, the book is named by its place in S3, where the operator uploaded it.
        var book = ResponseBookFile.Check(text, _place, _faults);
        if (book is not null)
            FetchAttachments(bucket, book, SignedSums(bucket, s3, book));
        return book;
    }

    /// <summary>
    /// Downloads and verifies SHA256SUMS. Null if signatures are not required or the book sends no attachments.
    /// </summary>
    /// <exception cref="ResponderException">
    /// SHA256SUMS or its signature cannot be downloaded or is not valid, or lists the hash of another book.
    /// </exception>
    private Sha256Sums? SignedSums(Bucket bucket, S3Settings s3, ResponseBook book)
    {
        if (!_seal.IsOn || book.Entries.All(entry => entry.SentAttachments.Count == 0))
            return null;
        var key = s3.BookKey[..(s3.BookKey.LastIndexOf('/') + 1)] + BookSeal.SumsName;
        var inForce = BookSeal.SignatureOf(_seal.SumsPath);
        var (text, place) = FetchBeside(bucket, s3, key, _seal.SumsPath, Sha256Sums.MaxBytes);
        var (signed, placeOfSignature) = FetchBeside(
            bucket, s3, BookSeal.SignatureOf(key), inForce, MinisignSignature.MaxBytes);
        var (sums, signature) = _seal.CheckSums(text, signed, place);
        _seal.RequireNotOlder(signature, placeOfSignature, inForce, allowOlder);
        // If the signer also lists the book in SHA256SUMS, the two belong together: an attacker cannot combine this
        // book with an old list and old attachments.
        var name = $"{s3.BookBucket}/{s3.BookKey}";
        if (sums.Of(name) is not null && sums.Of(name) != HashOfNew(BookEntry))
        {
            throw new ResponderException(Cause.ResponseBook,
                $"{place}: lists a different version of {name}; create the list again, sign it, and upload both");
        }

        return sums;
    }

    private (byte[] Content, string Place) FetchBeside(
        Bucket bucket, S3Settings s3, string key, string inForce, int maxBytes)
    {
        var name = BesideBook + Path.GetFileName(inForce);
        try
        {
            Fetch(bucket, s3.BookBucket, key, name, maxBytes);
        }
        catch (ResponderException exception) when (exception.Cause == Cause.Attachment)
        {
            throw new ResponderException(Cause.ResponseBook,
                exception.Message + " (signed_by is set: docs/signing.md)", exception);
        }

        return (RegularFile.ReadAllBytes(New(name)), $"s3://{s3.BookBucket}/{key}");
    }

    /// <summary>
    /// Downloads the attachments, except those that the book holds back. If a missing file were a fault there, the
    /// operator could not switch the attachments off.
    /// </summary>
    private void FetchAttachments(Bucket bucket, ResponseBook book, Sha256Sums? sums)
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
                    // Check this first: a file that is not listed need not be downloaded.
                    if (sums is not null)
                        BookSeal.Listed(sums, path, BookSeal.SumsName);
                    Fetch(bucket, attachment.Bucket, attachment.File, path);
                    if (sums is not null)
                        BookSeal.CheckHash(sums, path, HashOfNew(path), BookSeal.SumsName);
                }
                catch (ResponderException exception)
                {
                    _s3Failed |= exception.Cause == Cause.S3;
                    _faults.Add(new Fault(
                        _place, attachment.Line, $"entry {entry.Number}, attachments", exception.Message));
                }
            }
        }
    }

    /// <summary>
    /// Downloads an object into the staging folder, unless the file in force is still the same. It is the same if its
    /// content has the recorded hash and S3 still has the recorded ETag.
    /// </summary>
    private void Fetch(Bucket bucket, string bucketName, string key, string name, long? maxBytes = null)
    {
        var known = _state.Files.GetValueOrDefault(name);
        if (known is not null && HashOf(InForce(name)) != known.Sha256)
            known = null;
        if (bucket.Fetch(bucketName, key, known?.ETag, Staged(name), maxBytes) is { } fetched)
            _fetched[name] = fetched;
        else if (known is not null)
            _unchanged++;
        else
            throw new ResponderException(Cause.S3, $"s3://{bucketName}/{key}: the answer is \"not modified\", although "
                + "the request had no condition; does s3.endpoint name S3?");
    }

    private string Staged(string name) => Path.Join(_staging, name.StartsWith(BesideBook) ? name : "files/" + name);

    private string InForce(string name) => name == BookEntry ? settings.ResponseBook
        : name.StartsWith(BesideBook) ? Path.Join(Path.GetDirectoryName(settings.ResponseBook), name)
        : Path.Join(settings.FilesRoot, name);

    /// <summary>Returns the path of the downloaded file, or of the file in force if it has not changed.</summary>
    private string New(string name) => _fetched.ContainsKey(name) ? Staged(name) : InForce(name);

    private string HashOfNew(string name) => (_fetched.GetValueOrDefault(name) ?? _state.Files[name]).Sha256;

    private void PutInForce(ResponseBook book)
    {
        NewFolder.Make(Path.GetDirectoryName(settings.ResponseBook)!, NewFolder.OpenToAll);
        // A message may be answered meanwhile. So put the signatures in place before the files that they verify, and
        // the attachments before the book.
        foreach (var file in _seal.Files)
            PutBesideBook(BesideBook + Path.GetFileName(file));
        foreach (var name in _fetched.Keys.Where(name => !name.StartsWith(BesideBook)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(InForce(name))!);
            File.Move(Staged(name), InForce(name), overwrite: true);
        }

        PutBesideBook(BookEntry);
        foreach (var (name, fetched) in _fetched)
            _state.Files[name] = fetched;
        ForgetUnused(book);
        _state.Save();
    }

    /// <summary>
    /// Puts the book or a file next to it in force by a copy and a rename. A rename alone does not suffice, because the
    /// book may be on another file system than the cache.
    /// </summary>
    private void PutBesideBook(string name)
    {
        if (_fetched.ContainsKey(name))
            AtomicFile.Write(InForce(name), File.ReadAllBytes(Staged(name)));
    }

    /// <summary>
    /// Deletes files that the book has not named for a day. They are kept that long because a deferred message may
    /// still need them.
    /// </summary>
    private void ForgetUnused(ResponseBook book)
    {
        var used = book.Entries.SelectMany(entry => entry.Attachments)
            .Select(attachment => attachment.Bucket + "/" + attachment.File).ToHashSet();
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
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
            else if (now - file.UnusedSince > KeepUnused.TotalSeconds)
            {
                File.Delete(InForce(name));
                _state.Files.Remove(name);
            }
        }
    }

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

/// <summary>The result of a pull.</summary>
/// <param name="Faults">
/// The faults found. If one is an error, nothing was put in force, and the last good book stays in force.
/// </param>
/// <param name="Fetched">The number of files downloaded because they were new or changed.</param>
/// <param name="Unchanged">The number of files that were up to date.</param>
/// <param name="MapsChanged">Whether a Postfix table changed, so that Postfix must read it again.</param>
/// <param name="S3Failed">
/// Whether S3 could not be read. Then it is unknown whether the book in S3 is good.
/// </param>
internal sealed record PullResult(
    List<Fault> Faults, int Fetched, int Unchanged, bool MapsChanged, bool S3Failed)
{
    /// <summary>The first error. Null if there is none.</summary>
    public Fault? Error => Faults.Find(fault => !fault.IsWarning);

    public bool IsGood => Error is null;
}
