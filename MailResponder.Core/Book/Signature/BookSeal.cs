using System.Globalization;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Verifies what the keys in <c>signed_by</c> have signed. The signature of the response book is in a file next to it.
/// The attachments are verified by their hashes in SHA256SUMS, which is in the same folder and has its own signature.
/// Without keys, every file is accepted.
/// </summary>
/// <remarks>
/// An attacker cannot swap the two signed files: a book is a JSON array or object, and a line of SHA256SUMS begins with
/// a hash. Other files signed with the same key are rejected by their name, which minisign writes into the trusted
/// comment.
/// </remarks>
/// <param name="settings">The settings with the keys.</param>
/// <param name="file">
/// The file of the book, next to which the other files are. Null: the file that the settings name.
/// </param>
internal sealed class BookSeal(ResponderSettings settings, string? file = null)
{
    public const string SumsName = "SHA256SUMS";

    /// <summary>The name of the setting, as the place of a fault.</summary>
    public const string SignedBy = "signed_by";

    private const string Ending = ".minisig";

    /// <summary>The tolerated difference between the clock here and the clock of the machine that signs.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromDays(1);

    private readonly string _book = file ?? settings.ResponseBook;
    private Sha256Sums? _sums;

    /// <summary>Whether the settings require signatures.</summary>
    public bool IsOn => settings.SignedBy.Count > 0;

    /// <summary>
    /// The signatures and SHA256SUMS, in the order in which they are replaced. The book itself is replaced after them.
    /// </summary>
    public IReadOnlyList<string> Files => [SignatureOf(SumsPath), SumsPath, SignatureOf(_book)];

    /// <summary>The path of SHA256SUMS.</summary>
    public string SumsPath => Path.Join(Path.GetDirectoryName(_book), SumsName);

    /// <summary>The file name under which the book is signed.</summary>
    private string BookName => Path.GetFileName(settings.S3?.BookKey ?? settings.ResponseBook);

    /// <summary>Returns the path or object key of a file's signature.</summary>
    public static string SignatureOf(string file) => file + Ending;

    /// <summary>
    /// Checks the text of the book against the signature next to the book's file. Null if the signature is valid.
    /// </summary>
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

    /// <summary>Verifies and returns the signature of the book's text.</summary>
    /// <param name="text">The text of the book.</param>
    /// <param name="signature">The content of the signature file.</param>
    /// <param name="place">The place of the signature file, for error messages.</param>
    /// <exception cref="ResponderException">The signature is not valid or not by one of the keys.</exception>
    public MinisignSignature CheckBook(byte[] text, byte[] signature, string place) =>
        Check(text, signature, BookName, place);

    /// <summary>Verifies and reads SHA256SUMS. Returns the hashes of the attachments and the signature.</summary>
    /// <param name="text">The content of SHA256SUMS.</param>
    /// <param name="signature">The content of its signature file.</param>
    /// <param name="place">The place of SHA256SUMS, for error messages.</param>
    /// <exception cref="ResponderException">
    /// The signature is not valid or not by one of the keys, or the text is not a list of hashes.
    /// </exception>
    public (Sha256Sums Sums, MinisignSignature Signature) CheckSums(byte[] text, byte[] signature, string place)
    {
        var good = Check(text, signature, SumsName, SignatureOf(place));
        var sums = Sha256Sums.Parse(text, out var problem)
            ?? throw new ResponderException(Cause.ResponseBook, $"{place}: {problem}");
        return (sums, good);
    }

    /// <summary>
    /// Refuses a signature that is older than the signature in force, or more than a day in the future.
    /// </summary>
    /// <param name="signature">The new signature.</param>
    /// <param name="place">Its place, for error messages.</param>
    /// <param name="inForce">The signature file that it would replace. The file need not exist.</param>
    /// <param name="allowOlder">Whether the signature may be older.</param>
    /// <exception cref="ResponderException">The signature is refused.</exception>
    public void RequireNotOlder(MinisignSignature signature, string place, string inForce, bool allowOlder)
    {
        // If it were accepted, every later signature with a correct time would be refused as older.
        if (signature.Made > TimeProvider.System.GetUtcNow() + ClockError)
        {
            throw new ResponderException(Cause.ResponseBook, $"{place}: was signed on {InWords(signature.Made)}, which "
                + "is in the future; correct the clock where it was signed and sign again, or correct the clock here");
        }

        // InForce ignores signatures by keys that are no longer in the settings: a thief of the key may have written
        // any time.
        if (!allowOlder && InForce(inForce) is { } present && signature.Made < present.Made)
        {
            throw new ResponderException(Cause.ResponseBook,
                $"{place}: was signed on {InWords(signature.Made)}, but the one in force was signed later, on "
                + $"{InWords(present.Made)}; somebody may have put an old one there: sign again, or, to go back on "
                + "purpose, add --allow-older once");
        }
    }

    /// <summary>
    /// Checks an attachment on this host against the signed hashes. Does nothing if no keys are set.
    /// </summary>
    /// <param name="attachment">The attachment that the file should be.</param>
    /// <param name="content">The content of the file, which is read to its end.</param>
    /// <exception cref="ResponderException">
    /// The hash is not listed or differs, or SHA256SUMS or its signature cannot be used
    /// (<see cref="Cause.Attachment"/>).
    /// </exception>
    public void CheckAttachment(ResponseAttachment attachment, Stream content)
    {
        if (!IsOn)
            return;
        try
        {
            _sums ??= CheckSums(Read(SumsPath, Sha256Sums.MaxBytes),
                Read(SignatureOf(SumsPath), MinisignSignature.MaxBytes), SumsPath).Sums;
            // .NET's SHA-256 is not used, because it loads OpenSSL first. That costs five million instructions.
            var sha256 = Convert.ToHexStringLower(Sha256.HashData(content));
            CheckHash(_sums, attachment.Path, sha256, SumsPath);
        }
        catch (ResponderException exception) when (exception.Cause != Cause.Attachment)
        {
            throw new ResponderException(Cause.Attachment, exception.Message, exception);
        }
    }

    /// <summary>Checks the hash of an attachment against SHA256SUMS.</summary>
    /// <param name="sums">The listed hashes.</param>
    /// <param name="name">The name in the list: bucket/file.</param>
    /// <param name="sha256">The hash of the attachment, in hexadecimal digits.</param>
    /// <param name="place">The place of the list, for error messages.</param>
    /// <exception cref="ResponderException">The attachment is not listed, or with another hash.</exception>
    public static void CheckHash(Sha256Sums sums, string name, string sha256, string place)
    {
        if (Listed(sums, name, place) != sha256)
        {
            throw new ResponderException(Cause.Attachment, $"{name} is not the file that was signed: its SHA-256 is "
                + $"{sha256}, but {place} lists a different one; find out who changed it, or sign a new {SumsName}");
        }
    }

    /// <summary>Returns the hash that is listed for an attachment.</summary>
    /// <inheritdoc cref="CheckHash"/>
    /// <exception cref="ResponderException">The attachment is not listed.</exception>
    public static string Listed(Sha256Sums sums, string name, string place) => sums.Of(name)
        ?? throw new ResponderException(Cause.Attachment,
            $"{name} is not listed in {place}; add it with sha256sum, and sign {SumsName} again");

    /// <summary>
    /// Reads a signature in force. Null if the file is missing or not signed by one of the keys. Whether the signature
    /// fits its file is not checked.
    /// </summary>
    /// <param name="path">The signature file.</param>
    public MinisignSignature? InForce(string path) => ResponderException.OrNull(() =>
        MinisignSignature.Read(Read(path, MinisignSignature.MaxBytes), settings.SignedBy, out _));

    /// <summary>
    /// Returns lines for the operator: which keys may sign and, for each file with a valid signature, the key, the time
    /// and the comment.
    /// </summary>
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

    /// <summary>
    /// Returns a warning for each signature in force that is older than <c>signed_max_age_days</c>.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="hasAttachments">Whether the book has attachments, so that SHA256SUMS is needed.</param>
    public IEnumerable<Fault> Old(DateTimeOffset now, bool hasAttachments)
    {
        foreach (var file in hasAttachments ? (string[])[_book, SumsPath] : [_book])
        {
            if (settings.SignedMaxAge is { } most && InForce(SignatureOf(file)) is { } signature
                && now - signature.Made > most)
            {
                yield return new Fault(_book, 0, SignedBy, $"{file} was signed on {InWords(signature.Made)}, more than "
                    + $"{most.TotalDays} days ago (signed_max_age_days); sign it again, even unchanged, or find out "
                    + "whether somebody holds back a newer one", IsWarning: true);
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
            problem = !read.IsOf(content) ? "does not match the file: one of the two was changed or is of another "
                    + "version; sign again, and upload both"
                : read.File is not null && read.File != name
                    ? $"is the signature of a file named {read.File}, not {name}; sign the file under that name"
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
                throw new ResponderException(Cause.ResponseBook, $"{path}: is too large; is it the right file?");
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
