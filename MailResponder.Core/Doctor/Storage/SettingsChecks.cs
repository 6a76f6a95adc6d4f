using MailResponder.Book;
using MailResponder.Native;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Reports the faults of the settings, the keys and passwords, the response book and the attachments.
/// </summary>
internal static class SettingsChecks
{
    public const string Name = "settings";
    public const string RenderedName = "rendered";

    /// <summary>
    /// Marks the texts of the response book that install.sh writes, until the operator replaces them.
    /// </summary>
    public const string Placeholder = "PLACEHOLDER:";

    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings)
    {
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(path, faults, PostfixSettings.MessageSizeLimit(host.Programs));
        Check Of(string name)
        {
            var check = new Check(name);
            foreach (var fault in faults.Where(fault => NameOf(fault, settings) == name))
                check.Bad(!fault.IsWarning, (fault with { IsWarning = false }).ToString(),
                    Remedy(name, fault, settings));
            return check;
        }

        var keys = Of("keys");
        // Only the settings name the other files.
        if (settings is null)
            return [.. Of(Name).OrOk(path), .. keys, .. FileModeChecks.Look(host, path, settings)];
        FileModeChecks.Folders(keys, FileModeChecks.Secrets(settings));
        FileModeChecks.OfRoot(keys, host, FileModeChecks.Secrets(settings));
        var (book, signature, attachments) = (Of("book"), Of("signature"), Of("attachments"));
        // The attachments are known only if the book can be read.
        if (book.Exists(finding => finding.State == FindingState.Fault))
            attachments.NotLookedAt("book");
        else if (signature.Exists(finding => finding.State == FindingState.Fault))
            attachments.NotLookedAt("signature");
        var seal = new BookSeal(settings);
        return
        [
            .. Of(Name).OrOk(path), .. keys.OrOk("all good"), .. book.OrOk(settings.ResponseBook),
            .. seal.IsOn ? signature.OrOk(string.Join("; ", seal.Tell())) : signature, .. attachments.OrOk("all there"),
            .. FileModeChecks.Look(host, path, settings), .. Unedited(settings),
        ];
    }

    private static string NameOf(Fault fault, ResponderSettings? settings) =>
        fault.Place is "address_key_file" or "dkim.key_file" or "database.mysql.password_file"
            or "ses.credentials_file" or "s3.credentials_file" ? "keys"
        : settings is null || fault.File != settings.ResponseBook ? Name
        : fault.Place == BookSeal.SignedBy ? "signature"
        : fault.Place.Contains("attachments", StringComparison.Ordinal) ? "attachments"
        : "book";

    private static string Remedy(string name, Fault fault, ResponderSettings? settings) => name switch
    {
        "attachments" when fault.Place == "attachments" => "set it to \"on\" when they may be sent again",
        "attachments" => "put the file there, or correct the entry or the limit; then: responder config check",
        "keys" when fault.Place == "address_key_file" && !FileStatus.TryRead(settings!.AddressKeyFile, out _) =>
            "restore it from a backup or another host; without one, move the database away and run install.sh "
            + "(docs/runbook.md, The database is lost)",
        "keys" => "do what it says; then: responder config check",
        "signature" => "see docs/signing.md; then: responder config check",
        "book" when !fault.IsWarning => "correct the entry; then: responder config check; until then "
            + (IsInForce(settings!) ? "this book is used, with its fault"
                : IsLastGoodBookThere(settings!) ? "the last good book is used" : "all messages may be deferred"),
        _ => "correct the line; then: responder config check",
    };

    /// <summary>
    /// Whether messages use the book. They refuse it for a fault in its text, and not for one of its use, which an
    /// entry has by itself or with this host's settings.
    /// </summary>
    private static bool IsInForce(ResponderSettings settings)
    {
        using var asService = ServiceUser.Act(settings);
        return ResponderException.OrNull(
            () => ResponseBook.Load(settings.ResponseBook, new BookSeal(settings))) is not null;
    }

    private static bool IsLastGoodBookThere(ResponderSettings settings)
    {
        // Rendered files are used only if the running user owns them, so act as the service's user.
        using var asService = ServiceUser.Act(settings);
        return new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).HasLastGoodBook;
    }

    private static Check Unedited(ResponderSettings settings)
    {
        var check = new Check("book-placeholder");
        if (ResponseBookFile.Check(settings.ResponseBook, []) is not { } book)
            return check;
        var unedited = book.Entries.Where(
            entry => entry.Bodies.Any(body => body.Text.Contains(Placeholder, StringComparison.Ordinal)))
            .Select(entry => entry.Address).Distinct().Some();
        return check.WarningIf(unedited is not null, $"{unedited}: still answered with the text that install.sh wrote",
            $"write your own into {settings.ResponseBook}").OrOk("no text from install.sh is left");
    }

    /// <summary>
    /// Checks the folder of the rendered book. If it cannot be written, every message is still answered, directly from
    /// the book and the attachments. Only this check notices.
    /// </summary>
    public static Check Rendered(Host host, ResponderSettings settings)
    {
        const string user = Host.ResponderUser;
        var (check, folder) = (new Check(RenderedName), RenderingFolder.PathOf(settings));
        if (!host.MayActAsResponder)
            return check.Ok(folder);
        using var asResponder = host.ActAsResponder();
        var turn = Path.Join(folder, RenderingFolder.LockName);
        var obstacle = File.Exists(turn) && !FileSystem.MayChange(turn) ? $"{user} may not write {turn}"
            : PlaceCheck.Folder(folder);
        return check.WarningIf(obstacle is not null,
            $"{obstacle}: each message parses the book and encodes its attachments anew",
            $"run: rm -rf {folder}; install -d -o {user} -g {user} -m 0700 {folder}").OrOk(folder);
    }
}
