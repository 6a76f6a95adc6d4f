using System.Globalization;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// What the keys of <c>signed_by</c> vouch for: a response book by the signature beside it, and its attachments by
/// their hashes in SHA256SUMS, which lies there too with its own signature. Without keys everything is good.
/// </summary>
/// <remarks>
/// Neither file can pass for the other: a book is a list or an object of JSON, a line of SHA256SUMS begins with a hash.
/// Any other file that was signed with the same key is kept out by its name, which minisign puts into the trusted
/// comment.
/// </remarks>
/// <param name="settings">Who may sign.</param>
/// <param name="file">The book's file, beside which the others lie; null: that of the settings.</param>
internal sealed class BookSeal(ResponderSettings settings, string? file = null)
{
    public const string SumsName = "SHA256SUMS";

    /// <summary>The setting, as the place of a fault.</summary>
    public const string SignedBy = "signed_by";

    private const string Ending = ".minisig";

    /// <summary>A clock may be wrong by so much, here and where the book is signed.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromDays(1);

    private readonly string _book = file ?? settings.ResponseBook;
    private Sha256Sums? _sums;

    /// <summary>Whether books are signed here.</summary>
    public bool IsOn => settings.SignedBy.Count > 0;

    /// <summary>The files beside the book, in the order in which they are replaced, before the book itself.</summary>
    public IReadOnlyList<string> Files => [SignatureOf(SumsPath), SumsPath, SignatureOf(_book)];

    public string SumsPath => Path.Join(Path.GetDirectoryName(_book), SumsName);

    /// <summary>The name under which the book is signed.</summary>
    private string BookName => Path.GetFileName(settings.S3?.BookKey ?? settings.ResponseBook);

    /// <summary>Where the signature of a file is.</summary>
    public static string SignatureOf(string file) => file + Ending;

    /// <summary>Null when the keys vouch for this text of the book.</summary>
    public Fault? FaultOf(byte[] text)
    {
        try
        {
            if (IsOn)
                CheckBook(text, Read(SignatureOf(_book), MinisignSignature.MaxBytes), SignatureOf(_book));
            return null;
        }
        catch (ResponderException exception)
        {
            return new Fault(_book, 0, SignedBy, exception.Message);
        }
    }

    /// <summary>The signature of the book's text.</summary>
    /// <param name="text">The book.</param>
    /// <param name="signature">The content of the signature's file.</param>
    /// <param name="place">Where that is from, for the operator.</param>
    /// <exception cref="ResponderException">It is not signed by any of the keys.</exception>
    public MinisignSignature CheckBook(byte[] text, byte[] signature, string place) =>
        Check(text, signature, BookName, place);

    /// <summary>The hashes of the attachments, and their signature.</summary>
    /// <param name="text">SHA256SUMS.</param>
    /// <param name="signature">The content of the signature's file.</param>
    /// <param name="place">Where SHA256SUMS is from, for the operator.</param>
    /// <exception cref="ResponderException">It is not signed by any of the keys, or is no list of hashes.</exception>
    public (Sha256Sums Sums, MinisignSignature Signature) CheckSums(byte[] text, byte[] signature, string place)
    {
        var good = Check(text, signature, SumsName, SignatureOf(place));
        var sums = Sha256Sums.Parse(text, out var problem)
            ?? throw new ResponderException(Cause.ResponseBook, $"{place}: {problem}");
        return (sums, good);
    }

    /// <summary>Refuses a signature that is older than that of the same file in force, or of a day to come.</summary>
    /// <param name="signature">The new one.</param>
    /// <param name="place">Where it is from, for the operator.</param>
    /// <param name="inForce">The file that it is to be put in the place of; need not be there.</param>
    /// <param name="allowOlder">Whether it may be older.</param>
    /// <exception cref="ResponderException">It is refused.</exception>
    public void RequireNotOlder(MinisignSignature signature, string place, string inForce, bool allowOlder)
    {
        // Nothing signed in earnest could follow it.
        if (signature.Made > TimeProvider.System.GetUtcNow() + ClockError)
        {
            throw new ResponderException(Cause.ResponseBook, $"{place}: is of {InWords(signature.Made)}, which is to "
                + "come; set the clock where it was signed and sign again, or set the clock here");
        }

        // Of a key that is no longer in the settings nothing counts: a thief may have written any time.
        if (!allowOlder && InForce(inForce) is { } present && signature.Made < present.Made)
        {
            throw new ResponderException(Cause.ResponseBook,
                $"{place}: is of {InWords(signature.Made)}, and what is in force was signed later, on "
                + $"{InWords(present.Made)}; somebody may have put an old one there: sign again, or, to go back by "
                + "intent, add --allow-older once");
        }
    }

    /// <summary>Looks whether the keys vouch for what is in a file that lies on this host.</summary>
    /// <param name="attachment">What it is to be.</param>
    /// <param name="content">Is read from its beginning to its end.</param>
    /// <exception cref="ResponderException">They do not.</exception>
    public void CheckAttachment(ResponseAttachment attachment, Stream content)
    {
        if (!IsOn)
            return;
        try
        {
            _sums ??= CheckSums(Read(SumsPath, Sha256Sums.MaxBytes),
                Read(SignatureOf(SumsPath), MinisignSignature.MaxBytes), SumsPath).Sums;
            // Not by .NET's SHA-256, which loads OpenSSL first: five million instructions of a message.
            var sha256 = Convert.ToHexStringLower(Sha256.HashData(content));
            CheckHash(_sums, attachment.Bucket + "/" + attachment.File, sha256, SumsPath);
        }
        catch (ResponderException exception) when (exception.Cause != Cause.Attachment)
        {
            throw new ResponderException(Cause.Attachment, exception.Message, exception);
        }
    }

    /// <exception cref="ResponderException">The hash is not the one that is listed.</exception>
    public static void CheckHash(Sha256Sums sums, string name, string sha256, string place)
    {
        if (Listed(sums, name, place) != sha256)
        {
            throw new ResponderException(Cause.Attachment, $"{name} is not the file that was signed: its SHA-256 is "
                + $"{sha256}, and {place} has another; find out who changed it, or sign a new {SumsName}");
        }
    }

    /// <exception cref="ResponderException">It is not listed.</exception>
    public static string Listed(Sha256Sums sums, string name, string place) => sums.Of(name)
        ?? throw new ResponderException(Cause.Attachment,
            $"{name} is not listed in {place}; add it with sha256sum, and sign {SumsName} again");

    /// <summary>The trusted part of a signature in force; null when there is none of these keys.</summary>
    public MinisignSignature? InForce(string path) => ResponderException.OrNull(() =>
        MinisignSignature.Read(Read(path, MinisignSignature.MaxBytes), settings.SignedBy, out _));

    /// <summary>Who may sign, and since when and by which comment each file is in force.</summary>
    public IEnumerable<string> Tell()
    {
        if (!IsOn)
            yield break;
        yield return "signed_by: " + string.Join(", ", settings.SignedBy.Select(key => key.Id));
        foreach (var file in (string[])[_book, SumsPath])
        {
            if (InForce(SignatureOf(file)) is { } signature && IsOf(file, signature))
            {
                yield return LineText.Visible($"signed: {file} by {signature.Key.Id} on {InWords(signature.Made)}, "
                    + $"with the comment \"{signature.Comment.Replace('\t', ' ')}\"");
            }
        }
    }

    /// <summary>A warning for each signature in force that is too old.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hasAttachments">Whether SHA256SUMS is used.</param>
    public IEnumerable<Fault> Old(DateTimeOffset now, bool hasAttachments)
    {
        foreach (var file in hasAttachments ? (string[])[_book, SumsPath] : [_book])
        {
            if (settings.SignedMaxAge is { } most && InForce(SignatureOf(file)) is { } signature
                && now - signature.Made > most)
            {
                yield return new Fault(_book, 0, SignedBy, $"{file} was signed on {InWords(signature.Made)}, more than "
                    + $"{most.TotalDays} days ago (signed_max_age_days); sign it again, even unchanged, or find out "
                    + "whether somebody keeps a new one back", IsWarning: true);
            }
        }
    }

    private static bool IsOf(string file, MinisignSignature signature) =>
        ResponderException.OrNull(() => Read(file, int.MaxValue)) is { } content && signature.IsOf(content);

    private MinisignSignature Check(byte[] content, byte[] signature, string name, string place)
    {
        var read = MinisignSignature.Read(signature, settings.SignedBy, out var problem);
        if (read is not null)
        {
            problem = !read.IsOf(content) ? "is not of this file: one of the two was changed or is of another day; "
                    + "sign again, and upload both"
                : read.File is not null && read.File != name
                    ? $"is of a file {read.File}, not of {name}; sign it under that name"
                : null;
        }

        return problem is null ? read!
            : throw new ResponderException(Cause.ResponseBook, LineText.Visible($"{place}: {problem}"));
    }

    private static string InWords(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static byte[] Read(string path, int maxBytes)
    {
        try
        {
            using var file = RegularFile.Open(path);
            if (file.Length > maxBytes)
                throw new ResponderException(Cause.ResponseBook, $"{path}: is too long for what it should be");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            var remedy = exception is FileNotFoundException ? "; signed_by is set: sign it with minisign" : "";
            throw new ResponderException(
                Cause.ResponseBook, $"{path}: {FileTrouble.Describe(exception)}{remedy}", exception);
        }
    }
}
