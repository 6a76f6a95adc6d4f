using System.Globalization;
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

/// <summary>Looks at the settings, and at every file that they name, as a message would need them.</summary>
internal static class ConfigurationCheck
{
    /// <summary>Checks one file: a JSON list is a response book, anything else settings.</summary>
    /// <param name="settingsPath">The settings that say where a book's attachments are; need not exist.</param>
    /// <param name="faults">Added to.</param>
    /// <param name="postfixLimit">Postfix's message_size_limit in bytes; null when it is not known.</param>
    /// <returns>The exit code that fits the kind of file.</returns>
    public static int OfFile(string path, string settingsPath, List<Fault> faults, long? postfixLimit = null)
    {
        if (LocatedJson.ReadFile(path, faults) is not { } text)
            return ExitCode.NoInput;
        if (LooksLikeSettings(text))
            return OfSettings(path, faults, postfixLimit);
        // Attachments can be looked for only where settings say where they are.
        var settings = File.Exists(settingsPath) ? SettingsFile.Check(settingsPath, []) : null;
        CheckBook(path, settings, faults, postfixLimit);
        return ExitCode.DataError;
    }

    /// <summary>Checks settings and what they name. Root looks with the rights of the service's user.</summary>
    /// <returns>The exit code that fits the faults.</returns>
    public static int OfSettings(string path, List<Fault> faults, long? postfixLimit = null)
    {
        if (SettingsFile.Check(path, faults) is not { } settings)
            return ExitCode.Configuration;
        var (found, code) = (new List<Fault>(), ExitCode.DataError);
        try
        {
            using var asService = ServiceUser.Act(settings);
            if (!FileSystem.MayRead(settings.File))
                found.Add(new Fault(settings.File, 0, "", $"the user {RunningUser.Name} may not read it"));
            CheckKeys(settings, found);
            CheckPlaces(settings, found);
            if (found.Exists(fault => !fault.IsWarning))
                code = ExitCode.Configuration;
            CheckBook(settings.ResponseBook, settings, found, postfixLimit, new BookSeal(settings));
        }
        catch (ResponderException exception)
        {
            found.Add(new Fault(settings.File, 0, "database", exception.Message));
            code = ExitCode.Configuration;
        }

        // A place like database.sqlite. The faults of the parser have their lines already.
        var text = LocatedJson.Parse(RegularFile.ReadAllBytes(path), path, []);
        faults.AddRange(found.Select(fault => fault.File != path ? fault : fault with
        {
            Line = fault.Place.Split('.').Aggregate(text, (json, name) => json?[name])?.Line ?? 0,
        }));
        return code;
    }

    private static void CheckKeys(ResponderSettings settings, List<Fault> faults)
    {
        void Try(string place, Action work) => ConfigurationCheck.Try(faults, settings.File, place, work);

        Try("address_key_file", () =>
        {
            // With SQLite a key that is missing along with its database is made by the first message.
            if (File.Exists(settings.AddressKeyFile) || settings.Database.MySql is not null
                || FileStatus.TryRead(settings.Database.SqliteFile!, out _))
                AddressKey.Load(settings.AddressKeyFile);
        });
        if (settings.Database.MySql is { PasswordFile: { } passwordFile })
            Try("database.mysql.password_file", () =>
                SecretFile.Read(passwordFile, Cause.Settings, "password file"));
        foreach (var mailbox in settings.Canary)
        {
            Try(CanarySection.Name, () => SecretFile.ReadPassword(mailbox.PasswordFile));
            if (mailbox.Authorities is { } authorities)
                Try(CanarySection.Name, () => TlsTrust.Read("ssl_ca", authorities));
        }

        if (settings.Dkim is not { } dkim)
        {
            faults.Add(new Fault(settings.File, 0, "dkim",
                "is not set: replies go out unsigned and many will be taken for spam; "
                + "make a key with: responder dkim keygen", IsWarning: true));
            return;
        }

        // ZoneFileText also verifies that the key's numbers belong together; a message skips that.
        Try("dkim.key_file", () =>
        {
            ReplySigner.Create(dkim, TimeProvider.System);
            DkimRecord.ZoneFileText(DkimKey.Load(dkim));
        });
        Try("dkim.key_file", () =>
        {
            if (DkimKey.LoadNext(dkim) is { } next)
                DkimRecord.ZoneFileText(next);
        });
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var fromDomain);
        if (!MailDomain.IsWithin(fromDomain, [dkim.Domain]))
            faults.Add(new Fault(settings.File, 0, "dkim.domain",
                $"{dkim.Domain} is not the domain of response_from ({fromDomain}) or above it; DMARC will not count "
                + "the signature", IsWarning: true));
    }

    private static void CheckPlaces(ResponderSettings settings, List<Fault> faults)
    {
        void AddTo(string place, string? trouble, bool isWarning = false)
        {
            if (trouble is not null)
                faults.Add(new Fault(settings.File, 0, place, trouble, isWarning));
        }

        void CheckCredentials(AwsConnection? service)
        {
            if (service is { CredentialsFile: { } credentials })
                Try(faults, settings.File, service.Name + ".credentials_file",
                    () => CredentialsFile.Read(credentials, service.Profile));
        }

        CheckCredentials(settings.Ses);
        CheckCredentials(settings.S3);
        if (settings.UsesAwsRoots)
            Try(faults, settings.File, AwsClients.Setting,
                () => TlsTrust.Read(AwsClients.Setting, settings.AwsRoots));
        if (settings.SendMethod == SendMethod.Sendmail)
            AddTo("sendmail", PlaceCheck.Program(settings.Sendmail));
        if (settings.SendMethod == SendMethod.Outbox)
            AddTo("outbox", PlaceCheck.Folder(settings.Outbox));
        if (settings.Database.SqliteFile is not { } file)
            return;
        AddTo("database.sqlite", PlaceCheck.Sqlite(file));
        if (Path.GetDirectoryName(file) is { } folder && !Path.Exists(folder))
            AddTo("database.sqlite", $"there is no folder {folder}; the first message makes it, if the path is right",
                isWarning: true);
    }

    private static void CheckBook(string path, ResponderSettings? settings, List<Fault> faults, long? postfixLimit,
        BookSeal? seal = null)
    {
        if (ResponseBookFile.Check(path, faults, seal) is not { } book)
            return;
        if (settings is null)
            CheckSwitch(book, path, faults);
        else
            CheckUse(book, path, settings, faults, postfixLimit, seal);
        var hasAttachments = book.Entries.Any(entry => entry.SentAttachments.Count > 0);
        faults.AddRange(seal?.Old(TimeProvider.System.GetUtcNow(), hasAttachments) ?? []);
    }

    /// <summary>A book that these settings are to use, but for what is wrong in its own text.</summary>
    public static void CheckUse(ResponseBook book, string path, ResponderSettings settings, List<Fault> faults,
        long? postfixLimit = null, BookSeal? seal = null)
    {
        CheckSwitch(book, path, faults);
        if (settings.OverQuota is { } notice && book.EntriesFor(notice).Count is not 1 and var count)
            faults.Add(new Fault(settings.File, 0, "over_quota",
                string.Create(CultureInfo.InvariantCulture, $"{path} has {count} entries for {notice}; write one")));
        foreach (var mailbox in settings.Canary)
        {
            faults.AddRange(mailbox.Requests
                .Where(asked => RequestedAddress.Find(asked, new HeaderList(), book, settings) is null)
                .Select(asked => new Fault(settings.File, 0, CanarySection.Name, $"{mailbox.Name} asks {asked}, "
                    + $"which {path} does not answer; see: responder config show", IsWarning: true)));
        }

        // The limit of this host's Postfix does not apply to another program.
        var isOfPostfix = settings.Sendmail is "/usr/sbin/sendmail" or "/usr/lib/sendmail";
        var sent = new Dictionary<string, ResponseEntry>();
        foreach (var entry in book.Entries)
        {
            new EntryCheck(entry, path, settings, seal, faults).Look(isOfPostfix ? postfixLimit : null);
            if (!sent.TryAdd(Convert.ToHexString(entry.Identity()), entry))
            {
                var same = sent[Convert.ToHexString(entry.Identity())];
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}",
                    $"is the same as entry {same.Number} (line {same.Line}); take one of them out"));
            }
        }
    }

    /// <summary>Not a fault of the file: `config pull` would have cron mail it each hour.</summary>
    private static void CheckSwitch(ResponseBook book, string path, List<Fault> faults)
    {
        if (book.AttachmentsOffLine is not { } line)
            return;
        var held = book.Entries.Count(entry => entry.HoldsBackAttachments);
        faults.Add(new Fault(path, line, "attachments",
            $"is off: {held} of {book.Entries.Count} entries go out without theirs", IsWarning: true));
    }

    /// <summary>Does the work; a <see cref="ResponderException"/> becomes a fault of the place.</summary>
    public static void Try(
        List<Fault> faults, string file, string place, Action work, int line = 0, bool isWarning = false)
    {
        try
        {
            work();
        }
        catch (ResponderException exception)
        {
            faults.Add(new Fault(file, line, place, exception.Message, isWarning));
        }
    }

    /// <summary>An object, or the start of one, that is no entry of a book and has a setting, if anything.</summary>
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
