using MailResponder.Book;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The settings, the keys and passwords, the response book and the attachments: their faults.</summary>
internal static class SettingsChecks
{
    public const string Name = "settings";
    private const string SignatureName = "signature";

    /// <summary>
    /// Stands in the texts of the response book that install.sh writes, until the operator writes real ones.
    /// </summary>
    public const string Placeholder = "PLACEHOLDER:";

    public static IEnumerable<Finding> Look(Host host, string path, ResponderSettings? settings)
    {
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(path, faults, PostfixSettings.MessageSizeLimit(host.Programs));
        foreach (var (name, good) in ((string, string)[])
            [("settings", path), ("keys", "all good"), ("book", settings?.ResponseBook ?? ""),
                (SignatureName, SignedBy(settings)), ("attachments", "all there")])
        {
            var ofName = faults.FindAll(fault => NameOf(fault, settings) == name);
            // Without settings nobody knows where the rest is, and without keys nothing is signed.
            if (ofName.Count == 0 && ((settings is null && name != "settings") || good.Length == 0))
                continue;
            // Of a book that cannot be read nobody knows which attachments it has.
            var findings = ofName.Select(fault => InWords(name, fault, settings));
            var unread = faults.Find(
                fault => !fault.IsWarning && NameOf(fault, settings) is "book" or SignatureName);
            if (name == "attachments" && unread is not null)
                findings = findings.Append(Finding.NotLookedAt(name, NameOf(unread, settings)));
            if (name == "keys")
                findings = findings.Concat(FolderChecks.Look(name, FileModeChecks.Secrets(settings)));
            foreach (var finding in findings.OrOk(name, good))
                yield return finding;
        }

        foreach (var finding in FileModeChecks.Look(host, path, settings))
            yield return finding;
        foreach (var finding in settings is null ? [] : Book(settings))
            yield return finding;
    }

    private static string NameOf(Fault fault, ResponderSettings? settings) =>
        fault.Place is "address_key_file" or "dkim.key_file" or "database.mysql.password_file" or "ses.credentials_file"
            ? "keys"
        : settings is null || fault.File != settings.ResponseBook ? "settings"
        : fault.Place == BookSeal.SignedBy ? SignatureName
        : fault.Place.Contains("attachments", StringComparison.Ordinal) ? "attachments"
        : "book";

    private static Finding InWords(string name, Fault fault, ResponderSettings? settings)
    {
        var remedy = name switch
        {
            "attachments" => "put the file there, or correct the entry or the limit; then: responder config check",
            "keys" => "follow what it says; then: responder config check",
            SignatureName => "see docs/signing.md; then: responder config check",
            "book" when !fault.IsWarning => "correct the entry; then: responder config check; until then "
                + (IsLastGoodBookThere(settings!) ? "the last good book answers" : "all messages may wait"),
            _ => "correct the line; then: responder config check",
        };
        var text = (fault with { IsWarning = false }).ToString();
        return new Finding(name, fault.IsWarning ? FindingState.Warning : FindingState.Fault, text, remedy);
    }

    /// <summary>Who signed what is in force; empty when nothing is signed.</summary>
    private static string SignedBy(ResponderSettings? settings) =>
        settings is null ? "" : string.Join("; ", new BookSeal(settings).Tell());

    private static bool IsLastGoodBookThere(ResponderSettings settings)
    {
        // The responder takes nothing that is another user's.
        using var asService = ServiceUser.Act(settings);
        return new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).HasLastGoodBook;
    }

    private static IEnumerable<Finding> Book(ResponderSettings settings)
    {
        const string name = "book-placeholder";
        if (ResponseBookFile.Check(settings.ResponseBook, []) is not { } book)
            yield break;
        var unedited = book.Entries.Where(
            entry => entry.Bodies.Any(body => body.Text.Contains(Placeholder, StringComparison.Ordinal)))
            .Select(entry => entry.Address).Distinct().ToList();
        if (unedited.Count > 0)
            yield return Finding.Warning(name, $"{unedited.Some()}: still answered with the text that install.sh wrote",
                $"write your own into {settings.ResponseBook}");
        else
            yield return Finding.Ok(name, "no text of install.sh is left");
    }
}
