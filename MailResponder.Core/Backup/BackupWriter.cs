using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.Sqlite;

namespace MailResponder.Backup;

/// <summary>Writes a backup of a host while mail comes in.</summary>
internal static class BackupWriter
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>Writes the archive, for its owner alone; one of before is replaced when it is whole.</summary>
    /// <param name="settings">What they name is read with the rights of the service's user.</param>
    /// <param name="path">The archive.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="ResponderException">A file cannot be read, or the archive cannot be written.</exception>
    public static IReadOnlyList<BackedUpFile> Write(ResponderSettings settings, string path)
    {
        var files = BackedUpFile.Of(settings)
            .Where(file => !BackedUpFile.IsOptional(file.Name) || FileStatus.TryRead(file.Path, out _)).ToList();
        var contents = new List<(BackedUpFile File, Stream Content)>();
        try
        {
            using (ServiceUser.Act(settings))
            {
                foreach (var file in files)
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
    /// The database as it is now. Its copy stands beside it while it is made, in a folder where root must write
    /// nothing, and has no name any more when root reads it.
    /// </summary>
    private static FileStream Copy(ResponderSettings settings, string database)
    {
        var copy = UnfinishedFile.NameFor(database);
        UnfinishedFile.DeleteThoseOf(database);
        try
        {
            SqliteDatabase.CopyTo(copy, database, MaxWait);
            // What could not be restored is no backup.
            SqliteDatabase.CheckCopy(copy, database, AddressKey.Load(settings.AddressKeyFile));
            return RegularFile.Open(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
