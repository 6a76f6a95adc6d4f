using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Checks that the responder's user can read the settings, keys, book and attachments, and that other users cannot
/// change them.
/// </summary>
internal static class FileModeChecks
{
    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings)
    {
        var check = new Check("file-modes");
        var secrets = Secrets(settings).OfType<string>().Where(File.Exists).Distinct().ToList();
        // The responder refuses keys that other users can read, so that is a fault. For the other files it is a
        // warning.
        foreach (var file in secrets.Where(file => Host.IsOpen(file, UnixFileMode.OtherRead | UnixFileMode.OtherWrite)))
            check.Fault(file + " can be read or changed by every user",
                $"run: chmod 0640 {file}; chown root:{Host.ResponderUser} {file}");
        string?[] others = [path, settings?.Database.SqliteFile, settings?.PostfixLog.Database];
        foreach (var file in others.OfType<string>().Where(File.Exists))
        {
            if (Host.IsOpen(file, UnixFileMode.OtherWrite))
                check.Fault(file + " can be changed by every user", $"run: chmod 0640 {file}");
            else if (Host.IsOpen(file, UnixFileMode.OtherRead))
                check.Warning(file + " can be read by every user", $"run: chmod 0640 {file}");
        }

        if (host.MayActAsResponder)
            AsResponder(check, host, settings, [.. secrets, path]);
        else
            check.OnlyRoot($"only root can see what {Host.ResponderUser} may read");
        OfRoot(check, host, path);
        // The check `keys` does the same for keys and passwords.
        Folders(check, path, settings?.ResponseBook, settings?.FilesRoot, settings?.Database.SqliteFile,
            settings?.PostfixLog.Database, settings?.PostfixMaps,
            settings?.SendMethod == SendMethod.Outbox ? settings.Outbox : null);
        return check.OrOk($"{Host.ResponderUser} can read what it needs, others cannot");
    }

    /// <summary>
    /// Returns the paths of the files with keys, passwords and credentials. A path is null if it is not set.
    /// </summary>
    public static IEnumerable<string?> Secrets(ResponderSettings? settings) => settings is null ? [] :
    [
        settings.AddressKeyFile, settings.Dkim?.KeyFile, settings.Dkim?.NextKeyFile,
        settings.Database.MySql?.PasswordFile, settings.Ses?.CredentialsFile, settings.S3?.CredentialsFile,
        settings.Metrics?.CloudWatch?.CredentialsFile,
        .. settings.Canary.Select(mailbox => mailbox.PasswordFile),
    ];

    private static void AsResponder(Check check, Host host, ResponderSettings? settings, List<string> files)
    {
        const string user = Host.ResponderUser;
        if (settings is not null && ResponseBookFile.Check(settings.ResponseBook, []) is { } book)
        {
            List<string> answers = [settings.ResponseBook, .. book.Entries.SelectMany(entry => entry.Attachments)
                .Select(attachment => Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File))
                .Where(File.Exists).Distinct()];
            foreach (var file in answers.Where(file => Host.IsOpen(file, UnixFileMode.OtherWrite)))
                check.Fault(file + ", which is sent to people, can be changed by every user",
                    $"run: chmod o-w {file}");
            files.AddRange(answers);
        }
        else if (settings is not null)
            check.NotLookedAt("book", "attachments");

        // Another check reports a link that leads nowhere. It has no owner or mode to correct.
        var unread = host.Refused('r', files.Where(file => FileStatus.TryRead(file, out _)
            || !FileStatus.TryRead(file, out _, followLink: false))).Order().ToList();
        var closed = host.Refused('x', unread.SelectMany(AndAbove).Distinct().Where(Directory.Exists));
        foreach (var folder in closed.Where(folder => !closed.Contains(Path.GetDirectoryName(folder)!)).Order())
            check.Fault($"{user} may not enter {folder}, and so not read its files",
                OwnPlaces.Remedy(folder, $"run: chgrp {user} {folder}; chmod g+rx {folder}",
                    $"move settings and keys to {OwnPlaces.Configuration}, other files to {OwnPlaces.Data}, and name "
                    + $"the new paths in the settings; if a volume belongs at {folder}, mount it",
                    OwnPlaces.Data, OwnPlaces.Configuration));
        foreach (var file in unread.Where(file => !AndAbove(file).Any(closed.Contains)))
            check.Fault($"{user} may not read {file}", $"run: chown root:{user} {file}; chmod 0640 {file}");
        (string Setting, string? Folder, string Proper)[] written =
        [
            ("outbox", settings?.SendMethod == SendMethod.Outbox ? settings.Outbox : null, "outbox"),
            ("files_root", settings?.S3 is null ? null : settings.FilesRoot, "files"),
            ("response_book", settings?.S3 is null ? null : Path.GetDirectoryName(settings.ResponseBook),
                "responses.json"),
        ];
        var refused = host.Refused('w', written.Select(one => one.Folder).OfType<string>().Where(Directory.Exists));
        foreach (var (setting, folder, proper) in written.Where(one => one.Folder is { } it && refused.Contains(it)))
            check.Fault($"{user} may not write into {folder} ({setting})",
                OwnPlaces.Remedy(folder!, $"run: chown {user}:{user} {folder}",
                    $"set {setting} to {OwnPlaces.Data}/{proper}, and move there what it names (docs/s3.md); or, if a "
                    + $"volume belongs at {folder}, mount it", OwnPlaces.Data));
    }

    /// <summary>
    /// Reports each folder among the paths, or above one of them, that every user may write to. Any user could then
    /// replace a file below it, whatever the mode of that file.
    /// </summary>
    public static void Folders(Check check, params IEnumerable<string?> paths)
    {
        // In a sticky folder like /tmp, other users can create files but cannot replace ours.
        foreach (var folder in paths.OfType<string>().SelectMany(AndAbove).Distinct().Where(Directory.Exists)
            .Order(StringComparer.Ordinal).Where(folder =>
                Host.IsOpen(folder, UnixFileMode.OtherWrite) && !Host.IsOpen(folder, UnixFileMode.StickyBit)))
            check.Fault($"every user can change {folder}, and so replace its files",
                $"run: chmod go-w {folder}; and check its files");
    }

    /// <summary>
    /// Reports each of the files, and each of their folders, that does not belong to root or that its group can change.
    /// Root runs the program, and does what the settings say: whoever can change them can act as root.
    /// </summary>
    public static void OfRoot(Check check, Host host, params IEnumerable<string?> files)
    {
        // Debian once gave /usr/local to this group, which has no members unless root adds some (base-passwd).
        const uint staff = 50;
        if (!host.IsRoot)
            return;
        foreach (var path in files.OfType<string>().SelectMany(file => new[] { Path.GetDirectoryName(file), file })
            .OfType<string>().Distinct().Where(path => FileStatus.TryRead(path, out var found)
                && (found.Owner != 0
                    || (Host.IsOpen(path, UnixFileMode.GroupWrite) && found.Group is not (0 or staff)))))
            check.Fault($"{path} can be changed by a user other than root, and root uses it",
                OwnPlaces.Remedy(path, $"run: chown root {path}; chmod g=rX,o-w {path}; and check what it holds",
                    $"move settings and keys from it to {OwnPlaces.Configuration}, and name the new paths in the "
                    + "settings", OwnPlaces.Configuration, OwnPlaces.Programs));
    }

    private static IEnumerable<string> AndAbove(string path)
    {
        for (var place = path; place is not null; place = Path.GetDirectoryName(place))
            yield return place;
    }
}
