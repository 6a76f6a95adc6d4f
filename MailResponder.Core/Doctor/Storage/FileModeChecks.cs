using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>That the responder's user can read settings, keys, book and attachments, and nobody else can change
/// them.</summary>
internal static class FileModeChecks
{
    private const string Name = "file-modes";

    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings) =>
        Problems(host, path, settings).Concat(FolderChecks.Look(Name, FolderChecks.Places(path, settings)))
            .OrOk(Name, $"{Host.ResponderUser} can read what it needs, others cannot");

    /// <summary>The files of keys, passwords and credentials.</summary>
    public static IEnumerable<string?> Secrets(ResponderSettings? settings) => settings is null ? []
        :
        [
            settings.AddressKeyFile, settings.Dkim?.KeyFile, settings.Dkim?.NextKeyFile,
            settings.Database.MySql?.PasswordFile,
            settings.Ses?.CredentialsFile, settings.S3?.CredentialsFile,
        ];

    private static IEnumerable<Finding> Problems(Host host, string path, ResponderSettings? settings)
    {
        var secrets = Secrets(settings).OfType<string>().Where(File.Exists).Distinct().ToList();
        // Keys that others can read are refused by the responder itself; on the rest no reply depends.
        foreach (var file in secrets.Where(file => IsOpen(file, UnixFileMode.OtherRead | UnixFileMode.OtherWrite)))
            yield return Finding.Fault(Name, file + " can be read or changed by every user",
                $"run: chmod 0640 {file}; chown root:{Host.ResponderUser} {file}");
        string?[] others = [path, settings?.Database.SqliteFile, settings?.PostfixLog.Database];
        foreach (var file in others.OfType<string>().Where(File.Exists))
        {
            if (IsOpen(file, UnixFileMode.OtherWrite))
                yield return Finding.Fault(Name, file + " can be changed by every user", $"run: chmod 0640 {file}");
            else if (IsOpen(file, UnixFileMode.OtherRead))
                yield return Finding.Warning(Name, file + " can be read by every user", $"run: chmod 0640 {file}");
        }

        if (!host.MayActAsResponder)
        {
            yield return Finding.Warning(Name, $"only root can see what {Host.ResponderUser} may read",
                "run: sudo responder doctor");
            yield break;
        }

        List<string> files = [.. secrets, path];
        if (settings is not null && ResponseBookFile.Check(settings.ResponseBook, []) is { } book)
        {
            List<string> answers = [settings.ResponseBook, .. book.Entries.SelectMany(entry => entry.Attachments)
                .Select(attachment => Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File))
                .Where(File.Exists).Distinct()];
            foreach (var file in answers.Where(file => IsOpen(file, UnixFileMode.OtherWrite)))
                yield return Finding.Fault(Name, file + ", which is sent to people, can be changed by every user",
                    $"run: chmod o-w {file}");
            files.AddRange(answers);
        }
        else if (settings is not null)
            yield return Finding.NotLookedAt(Name, "book", "attachments");

        foreach (var file in host.Refused('r', files).Order())
            yield return Finding.Fault(Name, $"{Host.ResponderUser} may not read {file}",
                $"run: chown root:{Host.ResponderUser} {file}; chmod 0640 {file}; and look at the folders above it");
        List<string> folders = [];
        if (settings?.SendMethod == SendMethod.Outbox)
            folders.Add(settings.Outbox);
        if (settings?.S3 is not null)
            folders.AddRange([settings.FilesRoot, Path.GetDirectoryName(settings.ResponseBook)!]);
        foreach (var folder in host.Refused('w', folders.Where(Directory.Exists)).Order())
            yield return Finding.Fault(Name, $"{Host.ResponderUser} may not write into {folder}",
                $"run: chown {Host.ResponderUser}:{Host.ResponderUser} {folder}");
    }

    private static bool IsOpen(string file, UnixFileMode rights) => (File.GetUnixFileMode(file) & rights) != 0;
}
