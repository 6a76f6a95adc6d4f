using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Downloads the response book and the attachments that it names from S3 to this host. All files are downloaded into a
/// staging folder and checked first. The book is put in force only if it has no faults and all its attachments are
/// available: all files are prepared, and then the attachments are replaced, then the book, each file by one atomic
/// rename.
/// </summary>
/// <remarks>The caller must hold the <see cref="Turn"/>.</remarks>
/// <param name="settings">The settings.</param>
/// <param name="clock">The source of the time.</param>
/// <param name="deadline">The deadline of the whole pull.</param>
/// <param name="checkUse">Checks the use of the new book.</param>
internal sealed class ConfigPull(
    ResponderSettings settings, TimeProvider clock, Deadline deadline, UseCheck checkUse)
{
    private readonly string _place = $"s3://{settings.S3?.BookBucket}/{settings.S3?.BookKey}";
    private readonly PulledFiles _files = new(settings);
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, long?> _lengths = [];
    private readonly BookSeal _seal = new(settings);
    private int _code = ExitCode.DataError;

    /// <summary>Whether a signature may be older than the one in force.</summary>
    public bool AllowOlder { get; init; }

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
        if (!checkOnly && settings.S3 is not null && result.ExitCode != ExitCode.Unavailable)
            PullState.NoteRefusal(settings.FilesRoot, result.Error);
        return result;
    }

    private PullResult Pull(bool checkOnly)
    {
        var book = settings.S3 is { } s3 ? PullFrom(s3, checkOnly)
            : ResponseBookFile.Check(settings.ResponseBook, _faults, _seal);
        var mapsChanged = book is not null && !checkOnly && IsGood && settings.PostfixMaps is { } folder
            && PostfixMaps.Write(folder, book);
        return new PullResult(_faults, _files.Fetched, _files.Unchanged, _files.Replaced, mapsChanged)
        {
            ExitCode = IsGood ? ExitCode.Ok : _code,
        };
    }

    private bool IsGood => _faults.TrueForAll(fault => fault.IsWarning);

    private ResponseBook? PullFrom(S3Settings s3, bool checkOnly)
    {
        try
        {
            _files.DeleteStaging();
            var book = Fetched(s3, checkOnly);
            if (book is not null && !checkOnly && IsGood)
                _files.PutInForce(book, _seal, clock.GetUtcNow());
            return book;
        }
        catch (ResponderException exception)
        {
            _code = exception.Cause switch
            {
                Cause.ResponseBook => ExitCode.DataError,
                Cause.Output => ExitCode.CannotCreate,
                _ => ExitCode.Unavailable,
            };
            var place = exception.Cause == Cause.ResponseBook ? BookSeal.SignedBy : "s3";
            _faults.Add(new Fault(settings.File, 0, place, exception.Message));
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            _code = ExitCode.CannotCreate;
            _faults.Add(new Fault(settings.FilesRoot, 0, "", FileTrouble.Describe(exception)));
        }
        finally
        {
            FileTrouble.Try(_files.DeleteStaging);
        }

        return null;
    }

    private ResponseBook? Fetched(S3Settings s3, bool checkOnly)
    {
        using var bucket = new Bucket(s3, deadline);
        _files.Fetch(bucket, s3.BookBucket, s3.BookKey, PulledFiles.Book);
        var text = RegularFile.ReadAllBytes(_files.New(PulledFiles.Book));
        if (_seal.IsOn)
        {
            var inForce = BookSeal.SignatureOf(settings.ResponseBook);
            var (signature, place) = FetchBeside(
                bucket, s3, BookSeal.SignatureOf(s3.BookKey), inForce, MinisignSignature.MaxBytes);
            _seal.RequireNotOlder(_seal.CheckBook(text, signature, place), place, inForce, AllowOlder);
        }

        // In faults, the book is named by its place in S3, where the operator uploaded it.
        var book = ResponseBookFile.Check(text, _place, _faults);
        if (book is null)
            return null;
        FetchAttachments(bucket, book, SignedSums(bucket, s3, book));
        var ofUse = new List<Fault>();
        checkUse(book, _place, ofUse, attachment => _lengths.GetValueOrDefault(attachment.Path));
        // Cron would mail a warning each hour, so a pull gives those of a new book only.
        var isNews = checkOnly || _files.IsFetched(PulledFiles.Book);
        _faults.AddRange(ofUse.Where(fault => isNews || !fault.IsWarning));
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
        _seal.RequireNotOlder(signature, placeOfSignature, inForce, AllowOlder);
        // If the signer also lists the book in SHA256SUMS, the two belong together: an attacker cannot combine this
        // book with an old list and old attachments.
        var name = $"{s3.BookBucket}/{s3.BookKey}";
        if (sums.Of(name) is not null && sums.Of(name) != _files.HashOfNew(PulledFiles.Book))
        {
            throw new ResponderException(Cause.ResponseBook,
                $"{place}: lists a different version of {name}; create the list again, sign it, and upload both");
        }

        return sums;
    }

    private (byte[] Content, string Place) FetchBeside(
        Bucket bucket, S3Settings s3, string key, string inForce, int maxBytes)
    {
        var name = PulledFiles.NameBeside(inForce);
        try
        {
            _files.Fetch(bucket, s3.BookBucket, key, name, maxBytes);
        }
        catch (ResponderException exception) when (exception.Cause == Cause.Attachment)
        {
            throw new ResponderException(Cause.ResponseBook,
                exception.Message + " (signed_by is set: docs/signing.md)", exception);
        }

        return (RegularFile.ReadAllBytes(_files.New(name)), $"s3://{s3.BookBucket}/{key}");
    }

    /// <summary>
    /// Downloads the attachments, except those that the book holds back. If a missing file were a fault there, the
    /// operator could not switch the attachments off.
    /// </summary>
    private void FetchAttachments(Bucket bucket, ResponseBook book, Sha256Sums? sums)
    {
        var files = book.Entries.SelectMany(entry => entry.SentAttachments).DistinctBy(file => file.Path).ToList();
        var names = files.Select(file => file.Path).ToHashSet();
        foreach (var file in files.Where(file => FolderSource.IsPlainPath(file.Path)))
        {
            try
            {
                if (_files.ObstacleTo(file.Path, names) is { } obstacle)
                    throw new ResponderException(
                        Cause.Attachment, $"s3://{file.Path}: {obstacle}; give the object another key");
                // Check this first: a file that is not listed need not be downloaded.
                if (sums is not null)
                    BookSeal.Listed(sums, file.Path, BookSeal.SumsName);
                _files.Fetch(bucket, file.Bucket, file.File, file.Path);
                if (sums is not null)
                    BookSeal.CheckHash(sums, file.Path, _files.HashOfNew(file.Path), BookSeal.SumsName);
                _lengths[file.Path] = new FileInfo(_files.New(file.Path)).Length;
            }
            catch (ResponderException exception)
            {
                if (exception.Cause == Cause.S3)
                    _code = ExitCode.Unavailable;
                var entry = book.Entries.First(entry => entry.SentAttachments.Contains(file));
                _faults.Add(new Fault(_place, file.Line, $"entry {entry.Number}, attachments", exception.Message));
            }
        }
    }
}

/// <summary>The result of a pull.</summary>
/// <param name="Faults">The faults found. If one is an error, the book in S3 is not in force.</param>
/// <param name="Fetched">The number of files downloaded because they were new or changed.</param>
/// <param name="Unchanged">The number of files that were up to date.</param>
/// <param name="Replaced">
/// The number of files of this host that were replaced. If there is an error nevertheless, the next pull replaces the
/// rest.
/// </param>
/// <param name="MapsChanged">Whether a Postfix table changed, so that Postfix must read it again.</param>
internal sealed record PullResult(List<Fault> Faults, int Fetched, int Unchanged, int Replaced, bool MapsChanged)
{
    /// <summary>
    /// The exit code. <see cref="ExitCode.Unavailable"/>: S3 could not be read, and it is unknown whether the book in
    /// S3 is good.
    /// </summary>
    public required int ExitCode { get; init; }

    /// <summary>The first error. Null if there is none.</summary>
    public Fault? Error => Faults.Find(fault => !fault.IsWarning);

    public bool IsGood => Error is null;
}
