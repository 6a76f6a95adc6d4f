using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Backup;

/// <summary>A file that a backup holds.</summary>
/// <param name="Name">Its entry in the archive, the same on every host.</param>
/// <param name="Path">Where the settings say that it lies.</param>
internal sealed record BackedUpFile(string Name, string Path)
{
    public const string Settings = "settings.json";
    public const string AddressKey = "address.key";

    /// <summary>The one file that need not be there: it is only while the key is being changed.</summary>
    public const string NextDkimKey = "dkim-next.key";

    /// <summary>The SQLite file.</summary>
    public const string Database = "responder.db";

    // The settings come last: while they are missing, a message waits for all of it.
    private static readonly (string Name, Func<ResponderSettings, string?> PathIn)[] All =
    [
        ("responses.json", settings => settings.ResponseBook),
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

    /// <summary>Whether an archive can have an entry of that name.</summary>
    public static bool IsName(string name) => Array.Exists(All, file => file.Name == name);

    /// <summary>What a backup of a host with these settings holds, in the order in which it is put back.</summary>
    public static IReadOnlyList<BackedUpFile> Of(ResponderSettings settings) =>
    [
        .. All.Select(file => (file.Name, Path: file.PathIn(settings))).Where(file => file.Path is not null)
            .Select(file => new BackedUpFile(file.Name, file.Path!)),
    ];
}
