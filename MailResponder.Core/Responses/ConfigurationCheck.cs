using MailResponder.Limits;
using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Responses;

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

    /// <summary>Checks the settings, the response book and the files that they name.</summary>
    /// <inheritdoc cref="OfFile"/>
    public static int OfSettings(string path, List<Fault> faults, long? postfixLimit = null)
    {
        if (SettingsFile.Check(path, faults) is not { } settings)
            return ExitCode.Configuration;
        var before = faults.Count;
        CheckKeys(settings, faults);
        SesCheck.CheckCredentials(settings, faults);
        if (settings.SendMethod == SendMethod.Sendmail && !File.Exists(settings.Sendmail))
            faults.Add(new Fault(path, 0, "sendmail", $"{settings.Sendmail} does not exist; name the host's sendmail program"));
        if (faults.FindIndex(before, fault => !fault.IsWarning) >= 0)
        {
            CheckBook(settings.ResponseBook, settings, faults, postfixLimit);
            return ExitCode.Configuration;
        }

        CheckBook(settings.ResponseBook, settings, faults, postfixLimit);
        return ExitCode.DataError;
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
            Add(faults, settings.File, "database.mysql.password_file", () => SecretFile.Read(passwordFile, Cause.Settings, "password file"));
        if (settings.Dkim is null)
        {
            faults.Add(new Fault(settings.File, 0, "dkim", "is not set: replies go out unsigned and many will be taken for spam; " +
                "make a key with: responder dkim keygen", IsWarning: true));
            return;
        }

        // The second looks whether the key's numbers belong together, for which a message has no time.
        Add(faults, settings.File, "dkim.key_file", () =>
        {
            ReplySigner.Create(settings.Dkim, TimeProvider.System);
            DkimRecord.ZoneFileText(settings.Dkim);
        });
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var fromDomain);
        if (!MailDomain.IsWithin(fromDomain, [settings.Dkim.Domain]))
        {
            faults.Add(new Fault(settings.File, 0, "dkim.domain", $"{settings.Dkim.Domain} is not the domain of response_from ({fromDomain}) " +
                "or above it; DMARC will not count the signature", IsWarning: true));
        }
    }

    private static void CheckBook(string path, ResponderSettings? settings, List<Fault> faults, long? postfixLimit)
    {
        if (ResponseBookFile.Check(path, faults) is not { } book || settings is null)
            return;
        var files = new FilesFolder(settings.FilesRoot);
        // Another program may hand the replies to another host, past this one's Postfix.
        var isOfPostfix = settings.Sendmail is "/usr/sbin/sendmail" or "/usr/lib/sendmail";
        var sizes = new ReplySizeCheck(files, isOfPostfix ? postfixLimit : null);
        foreach (var entry in book.Entries)
        {
            var domain = entry.Address[(entry.Address.LastIndexOf('@') + 1)..];
            if (domain.Length > 0 && !settings.OwnDomains.Contains(domain))
            {
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, email_addr",
                    $"{domain} is not in own_domains of {settings.File}", IsWarning: true));
            }

            if (settings.AuthservId is null && entry.Requirement.Most != Authentication.None)
            {
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, {AuthenticationRequirement.Name}",
                    $"authserv_id is not set in {settings.File}: no request can prove anything, and nobody gets it", IsWarning: true));
            }

            var method = entry.SendMethod ?? settings.SendMethod;
            if (method == SendMethod.Sendmail && !File.Exists(settings.Sendmail))
                faults.Add(new Fault(path, entry.Line, $"entry {entry.Number}, send_method", $"{settings.Sendmail} does not exist"));
            if (method == SendMethod.Ses)
                SesCheck.CheckEntry(entry, settings, path, faults);
            if (sizes.Look(entry, method, path) is { } tooLarge)
                faults.Add(tooLarge);
            foreach (var attachment in entry.Attachments)
                Add(faults, path, $"entry {entry.Number}, attachments", () => files.Open(attachment).Dispose(), attachment.Line);
        }
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

    /// <summary>The first thing in the file, comments aside, is an opening brace.</summary>
    private static bool LooksLikeSettings(byte[] text) =>
        LocatedJson.Parse(text, "", []) is { Kind: System.Text.Json.JsonValueKind.Object }
        || text.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
}
