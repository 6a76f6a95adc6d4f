using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Backup;

/// <summary>A file that a backup holds.</summary>
/// <param name="Name">Its entry in the archive, the same on every host.</param>
/// <param name="Path">Where the settings say that it lies.</param>
internal sealed record BackedUpFile(string Name, string Path)
{
    public const string Settings = "settings.json";
    private const string Book = "responses.json";
    public const string AddressKey = "address.key";

    private const string NextDkimKey = "dkim-next.key";
    private const string Sums = BookSeal.SumsName;

    /// <summary>The SQLite file.</summary>
    public const string Database = "responder.db";

    // The settings come last: while they are missing, a message waits for all of it.
    private static readonly (string Name, Func<ResponderSettings, string?> PathIn)[] All =
    [
        (BookSeal.SignatureOf(Sums), settings => Beside(settings)?[0]),
        (Sums, settings => Beside(settings)?[1]),
        (BookSeal.SignatureOf(Book), settings => Beside(settings)?[2]),
        (Book, settings => settings.ResponseBook),
        (AddressKey, settings => settings.AddressKeyFile),
        ("dkim.key", settings => settings.Dkim?.KeyFile),
        (NextDkimKey, settings => settings.Dkim?.NextKeyFile),
        ("database.password", settings => settings.Database.MySql?.PasswordFile),
        ("database-ca.pem", settings => settings.Database.MySql?.TlsAuthorities),
        ("ses.credentials", settings => settings.Ses?.CredentialsFile),
        ("s3.credentials", settings => settings.S3?.CredentialsFile),
        ("metrics.credentials", settings => settings.Metrics?.CloudWatch?.CredentialsFile),
        (Database, settings => settings.Database.SqliteFile),
        (Settings, settings => System.IO.Path.GetFullPath(settings.File)),
    ];

    /// <summary>
    /// Whether it need not be there: the next key is only while the key is being changed, and hashes are only where
    /// attachments are.
    /// </summary>
    public static bool IsOptional(string name) =>
        name is NextDkimKey or Sums || name == BookSeal.SignatureOf(Sums) || name == BookSeal.SignatureOf(Book);

    /// <summary>Whether an archive can have an entry of that name.</summary>
    public static bool IsName(string name) => Array.Exists(All, file => file.Name == name);

    /// <summary>What a backup of a host with these settings holds, in the order in which it is put back.</summary>
    public static IReadOnlyList<BackedUpFile> Of(ResponderSettings settings) =>
    [
        .. All.Select(file => (file.Name, Path: file.PathIn(settings))).Where(file => file.Path is not null)
            .Select(file => new BackedUpFile(file.Name, file.Path!)),
    ];

    /// <summary>What vouches for the book; null when nothing has to.</summary>
    private static IReadOnlyList<string>? Beside(ResponderSettings settings) =>
        new BookSeal(settings) is { IsOn: true } seal ? seal.Files : null;
}
