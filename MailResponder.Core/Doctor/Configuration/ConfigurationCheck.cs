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

namespace MailResponder.Doctor;

/// <summary>Looks at the settings, and at every file that they name, as a message would need them.</summary>
internal static class ConfigurationCheck
{
    /// <summary>Checks one file: a JSON list is a response book, anything else settings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settingsPath">The settings that say where a book's attachments are; need not exist.</param>
    /// <param name="faults">Added to.</param>
    /// <param name="postfixLimit">Postfix's message_size_limit in bytes; null when it is not known.</param>
    /// <returns>The exit code that fits the kind of file.</returns>
    public static int OfFile(string path, string settingsPath, List<Fault> faults, long? postfixLimit = null)
    {
        byte[] text;
        try
        {
            text = RegularFile.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(new Fault(path, 0, "", FileTrouble.Describe(exception)));
            return ExitCode.NoInput;
        }

        if (LooksLikeSettings(text))
            return OfSettings(path, faults, postfixLimit);
        // Attachments can be looked for only where settings say where they are.
        var settings = File.Exists(settingsPath) ? SettingsFile.Check(settingsPath, []) : null;
        CheckBook(path, settings, faults, postfixLimit);
        return ExitCode.DataError;
    }

    /// <summary>
    /// When root asks, it looks with the rights of the service's user, who may not read all that root may.
    /// </summary>
    /// <returns>The exit code that fits the faults.</returns>
    public static int OfSettings(string path, List<Fault> faults, long? postfixLimit = null)
    {
        if (SettingsFile.Check(path, faults) is not { } settings)
            return ExitCode.Configuration;
        var before = faults.Count;
        var code = OfWhatTheyName(settings, faults, postfixLimit);
        // What was read before has its lines.
        var text = LocatedJson.Parse(RegularFile.ReadAllBytes(path), path, []);
        for (var i = before; i < faults.Count; i++)
        {
            if (faults[i].File == path && text is not null)
                faults[i] = faults[i] with { Line = LineOf(text, faults[i].Place) };
        }

        return code;
    }

    /// <summary>Of the setting, like database.sqlite; 0 when it is not in the file.</summary>
    private static int LineOf(LocatedJson text, string setting)
    {
        var found = text;
        foreach (var name in setting.Split('.'))
            found = found?[name];
        return found?.Line ?? 0;
    }

    private static int OfWhatTheyName(ResponderSettings settings, List<Fault> faults, long? postfixLimit)
    {
        var (path, before) = (settings.File, faults.Count);
        try
        {
            using var asService = ServiceUser.Act(settings);
            if (!FileSystem.MayRead(path))
                faults.Add(new Fault(path, 0, "", $"the user {RunningUser.Name} may not read it"));
            CheckKeys(settings, faults);
            SesCheck.CheckCredentials(settings, faults);
            CheckRoots(settings, faults);
            CheckPlaces(settings, faults);
            var isOfSettings = faults.FindIndex(before, fault => !fault.IsWarning) >= 0;
            CheckBook(settings.ResponseBook, settings, faults, postfixLimit);
            return isOfSettings ? ExitCode.Configuration : ExitCode.DataError;
        }
        catch (ResponderException exception)
        {
            faults.Add(new Fault(path, 0, "database", exception.Message));
            return ExitCode.Configuration;
        }
    }

    private static void CheckRoots(ResponderSettings settings, List<Fault> faults)
    {
        try
        {
            if (settings.UsesAwsRoots)
                TlsTrust.Read(AwsClients.Setting, settings.AwsRoots);
        }
        catch (ResponderException exception)
        {
            faults.Add(new Fault(settings.File, 0, AwsClients.Setting, exception.Message));
        }
    }

    private static void CheckPlaces(ResponderSettings settings, List<Fault> faults)
    {
        void AddTo(string place, string? trouble)
        {
            if (trouble is not null)
                faults.Add(new Fault(settings.File, 0, place, trouble));
        }

        if (settings.SendMethod == SendMethod.Sendmail)
            AddTo("sendmail", PlaceCheck.Program(settings.Sendmail));
        if (settings.SendMethod == SendMethod.Outbox)
            AddTo("outbox", PlaceCheck.Folder(settings.Outbox));
        if (settings.Database.SqliteFile is not { } file)
            return;
        AddTo("database.sqlite", PlaceCheck.Sqlite(file));
        if (Path.GetDirectoryName(file) is { } folder && !Path.Exists(folder))
        {
            faults.Add(new Fault(settings.File, 0, "database.sqlite",
                $"there is no folder {folder}; the first message makes it, if the path is right", IsWarning: true));
        }
    }

    private static void CheckKeys(ResponderSettings settings, List<Fault> faults)
    {
        Add(faults, settings.File, "address_key_file", () =>
        {
            // With SQLite a key that is missing along with its database is made by the first message.
            if (File.Exists(settings.AddressKeyFile) || settings.Database.MySql is not null
                || FileStatus.TryRead(settings.Database.SqliteFile!, out _))
            {
                AddressKey.Load(settings.AddressKeyFile);
            }
        });
        if (settings.Database.MySql is { PasswordFile: { } passwordFile })
            Add(faults, settings.File, "database.mysql.password_file", () =>
                SecretFile.Read(passwordFile, Cause.Settings, "password file"));
        if (settings.Dkim is null)
        {
            faults.Add(new Fault(settings.File, 0, "dkim",
                "is not set: replies go out unsigned and many will be taken for spam; " +
                "make a key with: responder dkim keygen", IsWarning: true));
            return;
        }

        // The second looks whether the key's numbers belong together, for which a message has no time.
        Add(faults, settings.File, "dkim.key_file", () =>
        {
            ReplySigner.Create(settings.Dkim, TimeProvider.System);
            DkimRecord.ZoneFileText(DkimKey.Load(settings.Dkim));
        });
        Add(faults, settings.File, "dkim.key_file", () =>
        {
            if (DkimKey.LoadNext(settings.Dkim) is { } next)
                DkimRecord.ZoneFileText(next);
        });
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var fromDomain);
        if (!MailDomain.IsWithin(fromDomain, [settings.Dkim.Domain]))
        {
            faults.Add(new Fault(settings.File, 0, "dkim.domain",
                $"{settings.Dkim.Domain} is not the domain of response_from ({fromDomain}) " +
                "or above it; DMARC will not count the signature", IsWarning: true));
        }
    }

    private static void CheckBook(string path, ResponderSettings? settings, List<Fault> faults, long? postfixLimit)
    {
        if (ResponseBookFile.Check(path, faults) is { } book && settings is not null)
            CheckUse(book, path, settings, faults, postfixLimit);
    }

    /// <summary>A book that these settings are to use, but for what is wrong in its own text.</summary>
    public static void CheckUse(
        ResponseBook book, string path, ResponderSettings settings, List<Fault> faults, long? postfixLimit = null)
    {
        var files = new FilesFolder(settings.FilesRoot);
        var sent = new Dictionary<string, ResponseEntry>();
        // Another program may hand the replies to another host, past this one's Postfix.
        var isOfPostfix = settings.Sendmail is "/usr/sbin/sendmail" or "/usr/lib/sendmail";
        var sizes = new ReplySizeCheck(files, isOfPostfix ? postfixLimit : null);
        if (settings.OverQuota is { } notice && book.EntriesFor(notice).Count is not 1 and var count)
        {
            faults.Add(new Fault(settings.File, 0, "over_quota",
                string.Create(CultureInfo.InvariantCulture, $"{path} has {count} entries for {notice}; write one")));
        }

        foreach (var entry in book.Entries)
        {
            var domain = entry.Address[(entry.Address.LastIndexOf('@') + 1)..];
            if (domain.Length > 0 && !settings.OwnDomains.Contains(domain))
            {
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, email_addr",
                    $"{domain} is not in own_domains of {settings.File}", IsWarning: true));
            }

            if (settings.AuthservId is null && entry.Requirement.Most != Proof.None)
            {
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, {AuthenticationRequirement.Name}",
                    $"authserv_id is not set in {settings.File}: no request can prove anything, and nobody gets it",
                    IsWarning: true));
            }

            CheckWayOut(entry, settings, path, faults);
            CheckAddress(entry, settings, path, faults);
            var identity = Convert.ToHexString(entry.Identity());
            if (!sent.TryAdd(identity, entry))
            {
                var same = sent[identity];
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}",
                    $"is the same as entry {same.Number} (line {same.Line}); take one of them out"));
            }

            var method = entry.SendMethod ?? settings.SendMethod;
            if (method == SendMethod.Ses)
                SesCheck.CheckEntry(entry, settings, path, faults);
            if (sizes.Look(entry, method, path) is { } tooLarge)
                faults.Add(tooLarge);
            foreach (var attachment in entry.Attachments)
                Add(faults, path, $"entry {entry.Number}, attachments", () => files.Open(attachment).Dispose(),
                    attachment.Line);
        }
    }

    /// <summary>The way out that the entry names itself; that of the settings is looked at once.</summary>
    private static void CheckWayOut(ResponseEntry entry, ResponderSettings settings, string path, List<Fault> faults)
    {
        if (entry.SendMethod == settings.SendMethod)
            return;
        var trouble = entry.SendMethod switch
        {
            SendMethod.Sendmail => PlaceCheck.Program(settings.Sendmail),
            SendMethod.Outbox => PlaceCheck.Folder(settings.Outbox),
            _ => null,
        };
        if (trouble is not null)
            faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, send_method", trouble));
    }

    /// <summary>Addresses that belong to people, or to the replies themselves.</summary>
    private static void CheckAddress(ResponseEntry entry, ResponderSettings settings, string path, List<Fault> faults)
    {
        bool Is(string address) => string.Equals(entry.Address, address, StringComparison.OrdinalIgnoreCase);
        var problem = Is(settings.ResponseAddress)
            ? "is the address that replies come from (response_from), at which a person reads; take another"
            : Is(settings.BounceAddress)
                ? "is the address that bounces go to (bounce_address); take another"
                : RequestedAddress.OfPeople.Contains(entry.Address.Split('@')[0])
                    ? "belongs to people, who would not get their mail any more (RFC 2142); take another" : null;
        if (problem is not null)
            faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, email_addr", $"{entry.Address} {problem}"));
    }

    private static void Add(List<Fault> faults, string file, string place, Action check, int line = 0)
    {
        try
        {
            check();
        }
        catch (ResponderException exception)
        {
            faults.Add(new Fault(file, line, place, exception.Message));
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
