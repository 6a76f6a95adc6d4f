using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// That the responder's user can read settings, keys, book and attachments, and that nobody else can change them.
/// </summary>
internal static class FileModeChecks
{
    private const string Name = "file-modes";

    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings)
    {
        var check = new Check(Name);
        var secrets = Secrets(settings).OfType<string>().Where(File.Exists).Distinct().ToList();
        // The responder itself refuses keys that others can read; on the rest no reply depends.
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
        check.AddRange(FolderChecks.Look(Name, FolderChecks.Places(path, settings)));
        return check.OrOk($"{Host.ResponderUser} can read what it needs, others cannot");
    }

    /// <summary>The files of keys, passwords and credentials.</summary>
    public static IEnumerable<string?> Secrets(ResponderSettings? settings) => settings is null ? [] :
    [
        settings.AddressKeyFile, settings.Dkim?.KeyFile, settings.Dkim?.NextKeyFile,
        settings.Database.MySql?.PasswordFile, settings.Ses?.CredentialsFile, settings.S3?.CredentialsFile,
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

        foreach (var file in host.Refused('r', files).Order())
            check.Fault($"{user} may not read {file}",
                $"run: chown root:{user} {file}; chmod 0640 {file}; and look at the folders above it");
        string?[] folders = [settings?.SendMethod == SendMethod.Outbox ? settings.Outbox : null,
            .. settings?.S3 is null ? (string?[])[] :
                [settings.FilesRoot, Path.GetDirectoryName(settings.ResponseBook)]];
        foreach (var folder in host.Refused('w', folders.OfType<string>().Where(Directory.Exists)).Order())
            check.Fault($"{user} may not write into {folder}", $"run: chown {user}:{user} {folder}");
    }
}
