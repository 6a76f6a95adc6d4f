using MailResponder.Rendering;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The settings, the keys and passwords, the response book and the attachments: their faults and their modes.</summary>
internal static class SettingsChecks
{
    public const string Name = "settings";

    /// <summary>Stands in the texts of the response book that install.sh writes, until the operator writes real ones.</summary>
    public const string Placeholder = "PLACEHOLDER:";

    private const UnixFileMode OpenToOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings)
    {
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(path, faults, PostfixSettings.MessageSizeLimit(host.Programs));
        foreach (var (name, good) in ((string, string)[])
            [("settings", path), ("keys", "all good"), ("book", settings?.ResponseBook ?? ""), ("attachments", "all there")])
        {
            var ofName = faults.FindAll(fault => NameOf(fault, settings) == name);
            // Without settings nobody knows where the rest is.
            if (ofName.Count == 0 && settings is null && name != "settings")
                continue;
            foreach (var finding in ofName.Select(fault => InWords(name, fault, settings)).OrOk(name, good))
                yield return finding;
        }

        foreach (var finding in FileModes(host, path, settings).OrOk("file-modes", $"{Host.ResponderUser} can read what it needs, others cannot"))
            yield return finding;
        if (settings is null)
            yield break;
        foreach (var finding in Book(settings))
            yield return finding;
        if (settings.SendMethod == SendMethod.Outbox)
            yield return Finding.Warning("sending", $"send_method is outbox: replies are kept in {settings.Outbox}, and reach nobody", "set send_method to sendmail or ses");
        else
            yield return Finding.Ok("sending", settings.SendMethod == SendMethod.Ses ? "through Amazon SES" : "through the host's mail system");
    }

    private static string NameOf(Fault fault, ResponderSettings? settings) =>
        fault.Place is "address_key_file" or "dkim.key_file" or "database.mysql.password_file" or "ses.credentials_file" ? "keys"
        : settings is null || fault.File != settings.ResponseBook ? "settings"
        : fault.Place.Contains("attachments", StringComparison.Ordinal) ? "attachments"
        : "book";

    private static Finding InWords(string name, Fault fault, ResponderSettings? settings)
    {
        var remedy = name switch
        {
            "attachments" => "put the file there, or correct the entry or the limit; then: responder config check",
            "keys" => "follow what it says; then: responder config check",
            "book" when !fault.IsWarning => "correct the entry; then: responder config check; until then "
                + (IsLastGoodBookThere(settings!) ? "the last good book answers" : "all messages may wait"),
            _ => "correct the line; then: responder config check",
        };
        var text = (fault with { IsWarning = false }).ToString();
        return new Finding(name, fault.IsWarning ? FindingState.Warning : FindingState.Fault, text, remedy);
    }

    private static bool IsLastGoodBookThere(ResponderSettings settings)
    {
        // The responder takes nothing that is another user's.
        using var asService = ServiceUser.Act(settings);
        return new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).HasLastGoodBook;
    }

    private static IEnumerable<Finding> FileModes(Host host, string path, ResponderSettings? settings)
    {
        const string name = "file-modes";
        List<string?> secrets = settings is null ? []
            : [
                settings.AddressKeyFile, settings.Dkim?.KeyFile, settings.Dkim?.NextKeyFile,
                settings.Database.MySql?.PasswordFile, settings.Ses?.CredentialsFile, settings.S3?.CredentialsFile,
            ];
        var files = secrets.OfType<string>().Append(path).Where(File.Exists).Distinct().ToList();
        foreach (var file in files)
        {
            if ((File.GetUnixFileMode(file) & OpenToOthers) != 0)
            {
                // Keys that others can read are refused by the responder itself; of the settings nothing depends on it.
                var state = file == path ? FindingState.Warning : FindingState.Fault;
                yield return new Finding(name, state, file + " can be read or changed by every user", $"run: chmod 0640 {file}; chown root:{Host.ResponderUser} {file}");
            }
        }

        if (settings is not null && ResponseBookFile.Check(settings.ResponseBook, []) is { } book)
        {
            files.Add(settings.ResponseBook);
            files.AddRange(book.Entries.SelectMany(entry => entry.Attachments)
                .Select(attachment => Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File)).Where(File.Exists).Distinct());
        }

        foreach (var file in host.Refused('r', files).Order())
            yield return Finding.Fault(name, $"{Host.ResponderUser} may not read {file}", $"run: chown root:{Host.ResponderUser} {file}; chmod 0640 {file}; and look at the folders above it");
        List<string> folders = settings is null ? []
            : [.. settings.SendMethod == SendMethod.Outbox ? [settings.Outbox] : (string[])[], .. settings.S3 is null ? (string[])[] : [settings.FilesRoot, Path.GetDirectoryName(settings.ResponseBook)!]];
        foreach (var folder in host.Refused('w', folders.Where(Directory.Exists)).Order())
            yield return Finding.Fault(name, $"{Host.ResponderUser} may not write into {folder}", $"run: chown {Host.ResponderUser}:{Host.ResponderUser} {folder}");
    }

    private static IEnumerable<Finding> Book(ResponderSettings settings)
    {
        const string name = "book-placeholder";
        if (ResponseBookFile.Check(settings.ResponseBook, []) is not { } book)
            yield break;
        var unedited = book.Entries.Where(entry => entry.Bodies.Any(body => body.Text.Contains(Placeholder, StringComparison.Ordinal)))
            .Select(entry => entry.Address).Distinct().ToList();
        if (unedited.Count > 0)
            yield return Finding.Warning(name, $"{unedited.Some()}: still answered with the text that install.sh wrote", $"write your own into {settings.ResponseBook}");
        else
            yield return Finding.Ok(name, "no text of install.sh is left");
    }
}
