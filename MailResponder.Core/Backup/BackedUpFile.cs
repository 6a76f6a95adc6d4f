using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Backup;

/// <summary>A file that a backup holds.</summary>
/// <param name="Name">The name of its entry in the archive, the same on every host.</param>
/// <param name="Path">The path of the file, from the settings.</param>
internal sealed record BackedUpFile(string Name, string Path)
{
    public const string Settings = "settings.json";
    private const string Book = "responses.json";
    public const string AddressKey = "address.key";

    public const string MetricsCredentials = "metrics.credentials";
    private const string NextDkimKey = "dkim-next.key";
    private const string Sums = BookSeal.SumsName;

    /// <summary>The name of the entry of the SQLite database.</summary>
    public const string Database = "responder.db";

    /// <summary>
    /// Whether the file's folder belongs to root, so that no other user can put a link in its place. True if there is
    /// no such folder.
    /// </summary>
    public bool IsInFolderOfRoot =>
        !FileStatus.TryRead(System.IO.Path.GetDirectoryName(Path)!, out var folder) || folder.Owner == 0;

    // The settings come last: until they are restored, every message is deferred, so none meets half a restored host.
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
        // install.sh makes the default file on every host.
        ("aws-roots.pem", settings => settings.AwsRoots == AwsConnection.DefaultRoots ? null : settings.AwsRoots),
        ("ses.credentials", settings => settings.Ses?.CredentialsFile),
        ("s3.credentials", settings => settings.S3?.CredentialsFile),
        (MetricsCredentials, settings => settings.Metrics?.CloudWatch?.CredentialsFile),
        (Database, settings => settings.Database.SqliteFile),
        (Settings, settings => System.IO.Path.GetFullPath(settings.File)),
    ];

    /// <summary>
    /// Returns whether the file may be missing. The next DKIM key exists only during a rotation of the key. The hashes
    /// exist only if the book has attachments, and signatures only if the book is signed.
    /// </summary>
    public static bool IsOptional(string name) =>
        name is NextDkimKey or Sums || name == BookSeal.SignatureOf(Sums) || name == BookSeal.SignatureOf(Book);

    /// <summary>Returns whether an archive can have an entry of that name.</summary>
    public static bool IsName(string name) => Array.Exists(All, file => file.Name == name);

    /// <summary>
    /// Returns the files in a backup of a host with these settings, in the order in which they are restored.
    /// </summary>
    public static IReadOnlyList<BackedUpFile> Of(ResponderSettings settings) =>
    [
        .. All.Select(file => (file.Name, Path: file.PathIn(settings))).Where(file => file.Path is not null)
            .Select(file => new BackedUpFile(file.Name, file.Path!)),
    ];

    /// <summary>Returns the files that prove who signed the book. Null if the settings require no signature.</summary>
    private static IReadOnlyList<string>? Beside(ResponderSettings settings) =>
        new BookSeal(settings) is { IsOn: true } seal ? seal.Files : null;
}
