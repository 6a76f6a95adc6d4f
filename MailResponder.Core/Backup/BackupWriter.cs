using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.Sqlite;

namespace MailResponder.Backup;

/// <summary>Writes a backup of a host. Mail may arrive meanwhile.</summary>
internal static class BackupWriter
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Writes the archive with permissions for its owner only. An existing archive is replaced once the new one is
    /// complete.
    /// </summary>
    /// <param name="settings">
    /// The settings. The files that they name are read as the service's user, except the credentials for the metrics:
    /// cron runs `metrics put` as root, so they may be open to root alone.
    /// </param>
    /// <param name="path">The path of the archive.</param>
    /// <returns>The files in the archive.</returns>
    /// <exception cref="ResponderException">A file cannot be read, or the archive cannot be written.</exception>
    public static IReadOnlyList<BackedUpFile> Write(ResponderSettings settings, string path)
    {
        var files = BackedUpFile.Of(settings)
            .Where(file => !BackedUpFile.IsOptional(file.Name) || FileStatus.TryRead(file.Path, out _)).ToList();
        var contents = new List<(BackedUpFile File, Stream Content)>();
        try
        {
            foreach (var file in files)
            {
                using var asService = file.Name == BackedUpFile.MetricsCredentials && file.IsInFolderOfRoot ? null
                    : ServiceUser.Act(settings);
                contents.Add((file, file.Name == BackedUpFile.Database ? Copy(settings, file.Path) : Open(file)));
            }

            SecretFile.Put(path, RegularFile.OwnerOnly, group: null, archive => BackupArchive.Write(archive, contents));
            return files;
        }
        finally
        {
            contents.ForEach(each => each.Content.Dispose());
        }
    }

    private static FileStream Open(BackedUpFile file) =>
        FileTrouble.InWords(Cause.Input, file.Path, () => RegularFile.Open(file.Path));

    /// <summary>
    /// Copies the database in its current state and opens the copy. The copy is made next to the database, in a folder
    /// where root must not write, so the service's user makes it. It is deleted before root reads the open file.
    /// </summary>
    private static FileStream Copy(ResponderSettings settings, string database)
    {
        var copy = UnfinishedFile.NameFor(database);
        UnfinishedFile.DeleteThoseOf(database);
        try
        {
            SqliteDatabase.CopyTo(copy, database, MaxWait);
            // Check it now: a copy that cannot be restored is useless as a backup.
            SqliteDatabase.CheckCopy(copy, database, AddressKey.Load(settings.AddressKeyFile));
            return RegularFile.Open(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
