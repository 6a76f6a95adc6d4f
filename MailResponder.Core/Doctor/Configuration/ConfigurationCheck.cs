using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Incoming;
using MailResponder.Native;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Doctor;

/// <summary>
/// Checks the settings and every file that they name, in the way that processing a message uses them.
/// </summary>
/// <param name="settings">Settings that were read without a fault.</param>
/// <param name="faults">The list that receives the faults.</param>
internal sealed class ConfigurationCheck(ResponderSettings settings, List<Fault> faults)
{
    /// <summary>Checks one file: a JSON list is a response book, anything else settings.</summary>
    /// <param name="settingsPath">The settings file, which tells where a book's attachments are.</param>
    /// <param name="faults">The list that receives the faults.</param>
    /// <param name="postfixLimit">Postfix's message_size_limit in bytes. Null if it is not known.</param>
    /// <param name="needsSettings">
    /// Whether it is a fault if the settings cannot be used, because the operator named them. Otherwise a warning.
    /// </param>
    /// <returns>The exit code to use if there is a fault. It depends on the kind of file.</returns>
    public static int OfFile(string path, string settingsPath, List<Fault> faults, long? postfixLimit = null,
        bool needsSettings = false)
    {
        if (LocatedJson.ReadFile(path, faults) is not { } text)
            return ExitCode.NoInput;
        if (LooksLikeSettings(text))
            return OfSettings(path, faults, postfixLimit);
        if (ResponseBookFile.Check(path, faults) is not { } book)
            return ExitCode.DataError;
        var ofSettings = new List<Fault>();
        var settings = SettingsFile.Check(settingsPath, ofSettings);
        if (settings is null)
            faults.Add(new Fault(path, 0, "", "attachments, addresses and send_method were not checked: "
                + ofSettings.Find(fault => !fault.IsWarning), !needsSettings));
        CheckUse(book, path, settings, faults, postfixLimit);
        return ExitCode.DataError;
    }

    /// <summary>
    /// Checks the settings and the files that they name. Root checks with the permissions of the service's user.
    /// </summary>
    /// <returns>The exit code to use if there is a fault.</returns>
    public static int OfSettings(string path, List<Fault> faults, long? postfixLimit = null)
    {
        if (SettingsFile.Check(path, faults) is not { } settings)
            return ExitCode.Configuration;
        var (found, code) = (new List<Fault>(), ExitCode.DataError);
        var check = new ConfigurationCheck(settings, found);
        try
        {
            using var asService = ServiceUser.Act(settings);
            check.LookAtKeys();
            check.LookAtPlaces();
            if (found.Exists(fault => !fault.IsWarning))
                code = ExitCode.Configuration;
            var seal = new BookSeal(settings);
            if (ResponseBookFile.Check(settings.ResponseBook, found, seal) is { } book)
            {
                CheckUse(book, settings.ResponseBook, settings, found, postfixLimit, InFilesRoot(settings, seal));
                found.AddRange(seal.Old(TimeProvider.System.GetUtcNow(),
                    book.Entries.Any(entry => entry.SentAttachments.Count > 0)));
            }
        }
        catch (ResponderException exception)
        {
            check.Add("database", exception.Message);
            code = ExitCode.Configuration;
        }

        // Find the line of a place like database.sqlite. The faults of the parser already have their lines.
        var text = LocatedJson.Parse(RegularFile.ReadAllBytes(path), path, []);
        faults.AddRange(found.Select(fault => fault.File != path ? fault : fault with
        {
            Line = fault.Place.Split('.').Aggregate(text, (json, name) => json?[name])?.Line ?? 0,
        }));
        return code;
    }

    private void LookAtKeys()
    {
        if (!FileSystem.MayRead(settings.File))
            Add("", $"the user {RunningUser.Name} may not read it");
        // With SQLite, if the key and its database are both missing, the first message creates the key.
        if (File.Exists(settings.AddressKeyFile) || settings.Database.MySql is not null
            || FileStatus.TryRead(settings.Database.SqliteFile!, out _))
            Try("address_key_file", settings.AddressKeyFile, file => AddressKey.Load(file));
        else
            Add("address_key_file", PlaceCheck.NewFile(settings.AddressKeyFile));
        Try("database.mysql.password_file", settings.Database.MySql?.PasswordFile, ReadPassword);
        Try("database.mysql.ssl_ca", settings.Database.MySql?.TlsAuthorities, ReadAuthorities);
        foreach (var mailbox in settings.Canary)
        {
            Try(CanarySection.Name, mailbox.PasswordFile, ReadPassword);
            Try(CanarySection.Name, mailbox.Authorities, ReadAuthorities);
        }

        if (settings.Dkim is not { } dkim)
        {
            Add("dkim", "is not set: replies go out unsigned and many will be treated as spam; "
                + "create a key with: responder dkim keygen FILE", isWarning: true);
            return;
        }

        // ZoneFileText also verifies that the numbers of the key belong together. Processing a message skips that.
        Try("dkim.key_file", dkim.KeyFile, _ =>
        {
            ReplySigner.Create(dkim, TimeProvider.System);
            DkimRecord.ZoneFileText(DkimKey.Load(dkim));
        });
        Try("dkim.key_file", dkim.NextKeyFile, _ =>
        {
            if (DkimKey.LoadNext(dkim) is { } next)
                DkimRecord.ZoneFileText(next);
        });
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var fromDomain);
        if (!MailDomain.IsWithin(fromDomain, [dkim.Domain]))
            Add("dkim.domain", $"{dkim.Domain} is neither the domain of response_from ({fromDomain}) nor above it; "
                + "DMARC will not count the signature", isWarning: true);

        static void ReadPassword(string file) => SecretFile.ReadPassword(file);
        static void ReadAuthorities(string file) => TlsTrust.Read("ssl_ca", file);
    }

    private void LookAtPlaces()
    {
        Try("ses.credentials_file", settings.Ses?.CredentialsFile, file =>
            CredentialsFile.Read(file, settings.Ses!.Profile));
        Try("s3.credentials_file", settings.S3?.CredentialsFile, file =>
            CredentialsFile.Read(file, settings.S3!.Profile));
        Try(AwsClients.Setting, settings.UsesAwsRoots ? settings.AwsRoots : null, file =>
            TlsTrust.Read(AwsClients.Setting, file));
        if (settings.SendMethod == SendMethod.Sendmail)
            Add("sendmail", PlaceCheck.Program(settings.Sendmail));
        if (settings.SendMethod == SendMethod.Outbox)
            Add("outbox", PlaceCheck.Folder(settings.Outbox));
        if (settings.S3 is not null)
            Add("response_book", PlaceCheck.Folder(Path.GetDirectoryName(settings.ResponseBook)!));
        if (settings.Database.SqliteFile is not { } file)
            return;
        Add("database.sqlite", PlaceCheck.Sqlite(file));
        if (Path.GetDirectoryName(file) is { } folder && !Path.Exists(folder))
            Add("database.sqlite", $"there is no folder {folder}; the first message creates it, if the path is right",
                isWarning: true);
    }

    /// <summary>
    /// Checks the use of a book: its attachments, addresses and ways of sending. Does not report the faults in its own
    /// text.
    /// </summary>
    /// <param name="settings">The settings that use the book. Null if they are not known.</param>
    /// <param name="measure">
    /// Returns the length of an attachment, or throws a <see cref="ResponderException"/> if it cannot be used. Null:
    /// the files in files_root, without their signatures.
    /// </param>
    public static void CheckUse(ResponseBook book, string path, ResponderSettings? settings, List<Fault> faults,
        long? postfixLimit = null, Func<ResponseAttachment, long?>? measure = null)
    {
        // This is not reported with the faults of the book's own text: a pull reports those each hour, but the faults
        // of use of a new book only.
        if (book.AttachmentsOffLine is { } line)
            faults.Add(new Fault(path, line, "attachments", $"is off: "
                + $"{book.Entries.Count(entry => entry.HoldsBackAttachments)} of {book.Entries.Count} entries go out "
                + "without theirs", IsWarning: true));
        if (settings is null)
            return;
        measure ??= InFilesRoot(settings, seal: null);
        var check = new ConfigurationCheck(settings, faults);
        if (settings.OverQuota is { } notice && book.EntriesFor(notice).Count is not 1 and var count)
            check.Add("over_quota", $"{path} has {count} entries for {notice}; there must be one");
        foreach (var mailbox in settings.Canary)
        {
            foreach (var asked in mailbox.Requests.Where(
                asked => RequestedAddress.Find(asked, new HeaderList(), book, settings) is null))
                check.Add(CanarySection.Name, $"{mailbox.Name} writes to {asked}, which {path} does not answer; see: "
                    + "responder config show", isWarning: true);
        }

        // The limit of this host's Postfix does not apply if another program sends the mail.
        var isOfPostfix = settings.Sendmail is "/usr/sbin/sendmail" or "/usr/lib/sendmail";
        var sent = new Dictionary<string, ResponseEntry>();
        foreach (var entry in book.Entries)
        {
            new EntryCheck(entry, path, settings, measure, faults).Look(isOfPostfix ? postfixLimit : null);
            if (entry.Address.StartsWith(Host.ResponderUser + "+", StringComparison.Ordinal)
                && RequestedAddress.Find(entry.Address, new HeaderList(), book, settings) != entry.Address)
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, email_addr", $"no request reaches "
                    + $"{entry.Address}: \"mail_responder+\" before an address stands for luser_relay of Postfix, and "
                    + "is removed; use another address"));
            var identity = Convert.ToHexString(entry.Identity());
            if (!sent.TryAdd(identity, entry))
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}", $"is the same as entry "
                    + $"{sent[identity].Number} (line {sent[identity].Line}); remove one of them"));
        }
    }

    /// <summary>Returns the checks that a pull makes of the use of a new book.</summary>
    public static UseCheck OfPulled(ResponderSettings settings, long? postfixLimit = null) =>
        (book, place, faults, measure) => CheckUse(book, place, settings, faults, postfixLimit, measure);

    /// <summary>
    /// Returns the function that measures attachments in files_root, and checks them against the signed hashes.
    /// </summary>
    public static Func<ResponseAttachment, long?> InFilesRoot(ResponderSettings settings, BookSeal? seal)
    {
        var files = new FolderSource(settings);
        return attachment =>
        {
            using var content = files.Open(attachment);
            var length = content.Length;
            seal?.CheckAttachment(attachment, content);
            return length;
        };
    }

    /// <summary>
    /// Does the work. Returns the message of a <see cref="ResponderException"/>. Null if none is thrown.
    /// </summary>
    public static string? ProblemOf(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (ResponderException exception)
        {
            return exception.Message;
        }
    }

    private void Try(string place, string? file, Action<string> use) =>
        Add(place, file is null ? null : ProblemOf(() => use(file)));

    private void Add(string place, string? problem, bool isWarning = false)
    {
        if (problem is not null)
            faults.Add(new Fault(settings.File, 0, place, problem, isWarning));
    }

    /// <summary>
    /// Whether a text is meant as settings: an object that is not an entry of a book, and that is empty or has the name
    /// of a setting. Text that is not valid JSON need only begin like an object.
    /// </summary>
    private static bool LooksLikeSettings(byte[] text)
    {
        if (LocatedJson.Parse(text, "", []) is not { } json)
            return text.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
        var names = json.Members.Select(member => member.Name).ToList();
        return json.Kind == JsonValueKind.Object && !ResponseBookFile.IsObject(json)
            && !names.Exists(name => name is "email_addr" or "body")
            && (names.Count == 0 || names.Exists(SettingsFile.IsName));
    }
}
