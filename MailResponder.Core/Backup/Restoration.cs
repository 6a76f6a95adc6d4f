using System.Text;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.Sqlite;

namespace MailResponder.Backup;

/// <summary>
/// Restores a backup to the paths in its settings. The whole backup is checked before anything is changed.
/// </summary>
internal sealed class Restoration
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);
    private readonly FileStream _archive;
    private readonly Dictionary<string, byte[]> _contents;

    /// <summary>Reads and checks a backup.</summary>
    /// <param name="archive">The archive, which the caller disposes after the last use of this object.</param>
    /// <param name="settingsPath">
    /// The path that the settings are restored to. Relative paths in the settings are relative to its folder.
    /// </param>
    /// <exception cref="ResponderException">The archive is damaged, or not a backup.</exception>
    public Restoration(FileStream archive, string settingsPath)
    {
        _archive = archive;
        _contents = BackupArchive.Read(archive, Stream.Null);
        Settings = ReadSettings(Path.GetFullPath(settingsPath));
        Files = [.. BackedUpFile.Of(Settings).Where(file => _contents.ContainsKey(file.Name))];
        Key = AddressKey.Parse($"{archive.Name}: entry {BackedUpFile.AddressKey}",
            Encoding.UTF8.GetString(_contents[BackedUpFile.AddressKey]));
    }

    /// <summary>The settings in the backup.</summary>
    public ResponderSettings Settings { get; }

    /// <summary>The files in the backup, with the paths that they are restored to.</summary>
    public IReadOnlyList<BackedUpFile> Files { get; }

    private AddressKey Key { get; }

    /// <summary>
    /// Restores each file by a rename, and the database by overwriting the content of the existing one.
    /// </summary>
    /// <param name="replace">Whether to replace existing files.</param>
    /// <exception cref="ResponderException">
    /// A folder is missing, a file exists and may not be replaced, or a file cannot be written.
    /// </exception>
    public void PutInPlace(bool replace)
    {
        CheckPlaces(replace);
        var database = Settings.Database.SqliteFile;
        var copy = database is null ? "" : UnfinishedFile.NameFor(database);
        try
        {
            if (database is not null)
                Unpack(database, copy);
            foreach (var file in Files)
                Put(file, copy);
        }
        finally
        {
            using var asService = database is null ? null : ServiceUser.Act(Settings);
            if (database is not null)
                File.Delete(copy);
        }
    }

    private ResponderSettings ReadSettings(string path)
    {
        if (!_contents.TryGetValue(BackedUpFile.Settings, out var text))
            throw Fault($"entry {BackedUpFile.Settings} is missing");
        var faults = new List<Fault>();
        var settings = SettingsFile.Check(text, path, faults);
        if (settings is null)
        {
            var first = faults.Find(fault => !fault.IsWarning)!;
            throw Fault($"entry {BackedUpFile.Settings}, line {first.Line}: {first.Place}: {first.Problem}");
        }

        var named = BackedUpFile.Of(settings).Select(file => file.Name).ToList();
        if (named.Find(name => !_contents.ContainsKey(name) && !BackedUpFile.IsOptional(name)) is { } missing)
            throw Fault($"entry {missing} is missing, but its settings name it");
        if (_contents.Keys.FirstOrDefault(name => !named.Contains(name)) is { } strange)
            throw Fault($"entry {strange} is not named by its settings");
        return settings;
    }

    private void CheckPlaces(bool replace)
    {
        var folders = Files.Select(file => Path.GetDirectoryName(file.Path)!);
        if (folders.FirstOrDefault(folder => !Directory.Exists(folder)) is { } absent)
            throw new ResponderException(Cause.Output, $"there is no folder {absent}; create it first, with the "
                + "right owner: docs/backup.md, \"On a fresh host\"");
        var present = Files.Select(file => file.Path).Where(Path.Exists).Distinct().ToList();
        if (present.Count > 0 && !replace)
            throw new ResponderException(Cause.Output,
                $"nothing was changed, because these files exist: {string.Join(", ", present)}; --replace replaces "
                + "them");
    }

    /// <summary>Unpacks the database next to the existing one, and checks it.</summary>
    private void Unpack(string database, string copy)
    {
        using var asService = ServiceUser.Act(Settings);
        UnfinishedFile.DeleteThoseOf(database);
        FileTrouble.InWords(Cause.Output, database, () =>
        {
            using var stream = RegularFile.Create(copy);
            BackupArchive.Read(_archive, stream);
        });
        SqliteDatabase.CheckCopy(copy, $"{BackedUpFile.Database} in {_archive.Name}", Key);
    }

    private void Put(BackedUpFile file, string copyOfDatabase)
    {
        var isDatabase = file.Name == BackedUpFile.Database;
        // In a folder of the service's user, only that user writes. config pull writes the response book there.
        var isOfRoot = !isDatabase && file.IsInFolderOfRoot;
        var group = isOfRoot ? ServiceUser.GroupOf(Settings) : null;
        using var asService = isOfRoot ? null : ServiceUser.Act(Settings);
        if (isDatabase)
            SqliteDatabase.Replace(file.Path, copyOfDatabase, MaxWait);
        else
            SecretFile.Put(file.Path, SecretFile.Mode, group, stream => stream.Write(_contents[file.Name]));
    }

    private ResponderException Fault(string problem) => new(Cause.Backup, $"{_archive.Name}: {problem}");
}
