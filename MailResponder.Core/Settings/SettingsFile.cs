using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Aws;
using MimeKit;

namespace MailResponder.Settings;

/// <summary>Reads and checks the settings file. Every fault is found in one go, each with its line.</summary>
internal sealed class SettingsFile
{
    private const string MaxRequestAge = "max_request_age_hours";
    private const string SignedBy = "signed_by";
    private const string SignedMaxAge = "signed_max_age_days";

    /// <summary>Every setting of the first level.</summary>
    public static readonly string[] Names =
    [
        "response_from", "bounce_address", "own_domains", "response_book", "files_root", "daily_limit", "over_quota",
        "exempt_domains", "blocked_domains", "address_key_file", "database", "ledger_days", "send_method", "outbox",
        "sendmail", "ses", "attachment_names", "dkim", "deadline_seconds", "max_message_bytes", "log_to",
        "syslog_facility", "event_facility", "syslog_socket", "s3", "postfix_maps", "postfix_log", "statistics",
        "metrics", "limits", "authserv_id", AuthenticationRequirement.Name, MaxRequestAge, "feedback",
        "aws_roots", SignedBy, SignedMaxAge, CanarySection.Name,
    ];

    private readonly string _path;
    private readonly string _folder;
    private readonly List<Fault> _faults;

    private SettingsFile(string path, List<Fault> faults)
    {
        _path = path;
        _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        _faults = faults;
    }

    /// <summary>Whether the name is a setting, or a slip of one.</summary>
    public static bool IsName(string name) => Names.Contains(name) || Words.Nearest(name, Names) is not null;

    /// <summary>The settings in force.</summary>
    /// <exception cref="ResponderException">The file is missing or has a fault; the first one is named.</exception>
    public static ResponderSettings Load(string path)
    {
        var faults = new List<Fault>();
        var settings = Check(path, faults);
        var errors = faults.FindAll(fault => !fault.IsWarning);
        if (errors.Count == 0 && settings is not null)
            return settings;
        var more = errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "";
        throw new ResponderException(Cause.Settings, errors[0] + more + "; see: responder config check");
    }

    /// <summary>Adds every fault to <paramref name="faults"/>; null when an error leaves no usable settings.</summary>
    public static ResponderSettings? Check(string path, List<Fault> faults) =>
        LocatedJson.ReadFile(path, faults, "name the settings file with --settings, or write it: docs/settings.md")
            is { } text ? Check(text, path, faults) : null;

    /// <summary>The same of a text that was read from <paramref name="path"/>.</summary>
    public static ResponderSettings? Check(byte[] text, string path, List<Fault> faults) =>
        LocatedJson.Read(text, path, faults, (json, found) =>
            new SettingsFile(path, found).Read(json) is { } settings && found.TrueForAll(fault => fault.IsWarning)
                ? settings : null);

    private ResponderSettings? Read(LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            Add(json.Line, "", "must be an object { … } of settings, but is " + json.KindInWords);
            return null;
        }

        var values = new SettingsSection(_path, "", json, Names, _faults);
        var database = DatabaseSection.Read(values, FilePath);
        var sendMethod = values.Choice(
            "send_method", SendMethods.Names, SendMethods.TryParse, SendMethod.Outbox, required: true);
        if (sendMethod == SendMethod.Ses && !values.Has("ses"))
            Add(values.LineOf("send_method"), "ses",
                "is missing, but send_method is ses; add \"ses\": { \"region\": \"…\" }");
        var filesRoot = FilePath(values.Text("files_root", "files"));
        var roots = FilePath(values.Text("aws_roots", AwsConnection.DefaultRoots));
        var settings = new ResponderSettings
        {
            File = _path,
            ResponseFrom = Mailbox(values, "response_from"),
            BounceAddress = Mailbox(values, "bounce_address").GetAddress(idnEncode: true),
            OwnDomains = Domains(values, "own_domains", required: true),
            ResponseBook = FilePath(values.Text("response_book", required: true)),
            FilesRoot = filesRoot,
            DailyLimit = (int)values.Number("daily_limit", 3, 1, 1_000_000),
            OverQuota = values.Has("over_quota") ? Mailbox(values, "over_quota").GetAddress(idnEncode: true) : null,
            ExemptDomains = Domains(values, "exempt_domains"),
            BlockedDomains = Domains(values, "blocked_domains"),
            Limits = LimitsSection.Read(
                values.Section("limits", LimitsSection.Names), (section, name) => Domains(section, name)),
            AuthservId = AuthservId(values),
            RequireAuthentication = RequireAuthentication(values),
            MaxRequestAge = values.Has(MaxRequestAge)
                ? TimeSpan.FromHours(values.Number(MaxRequestAge, 1, 1, 8760)) : null,
            AddressKeyFile = FilePath(values.Text("address_key_file", required: true)),
            Database = database,
            LedgerDays = (int)values.Number("ledger_days", 7, 1, 3650),
            SendMethod = sendMethod,
            Outbox = FilePath(values.Text("outbox", "outbox")),
            Sendmail = FilePath(values.Text("sendmail", "/usr/sbin/sendmail")),
            Ses = SesSection.Read(values.Section("ses", SesSection.Names), FilePath, roots) is { } ses
                ? ses with { RoleFile = database.SqliteFile is { } file ? file + ".role" : filesRoot + "/.role" }
                : null,
            AwsRoots = roots,
            AttachmentNames = AttachmentNames(values),
            Dkim = Dkim(values.Section("dkim", ["domain", "selector", "key_file"])),
            DeadlineSeconds = (int)values.Number("deadline_seconds", 60, 1, 900),
            MaxMessageBytes = values.Number("max_message_bytes", 8_192_000, 1024, 1L << 40),
            LogTo = values.Choice("log_to", LogTarget.Syslog),
            SyslogFacility = values.Choice("syslog_facility", SyslogFacility.Local0),
            EventFacility = values.Choice("event_facility", SyslogFacility.Local1),
            S3 = S3(values.Section("s3", [.. AwsSection.Names, "book_bucket", "book_key", "max_file_bytes"]), roots),
            PostfixMaps = FilePath(values.Text("postfix_maps")) is { Length: > 0 } maps ? maps : null,
            PostfixLog = PostfixLog(values.Section("postfix_log", ["database", "days"])),
            Metrics = MetricsSection.Read(values.Section("metrics", MetricsSection.Names), FilePath, roots),
            Feedback = Feedback(values.Section("feedback", ["topic", "least_signature_version"])),
            SyslogSocket = FilePath(values.Text("syslog_socket", "/dev/log")),
            Statistics = Statistics(values.Section("statistics", ["to", "from", "threshold"])),
            SignedBy = Keys(values),
            SignedMaxAge = values.Has(SignedMaxAge) ? TimeSpan.FromDays(values.Number(SignedMaxAge, 1, 1, 3650)) : null,
        };
        return settings with { Canary = CanarySection.Read(values, FilePath, Mailbox, settings.OwnDomains) };
    }

    private static List<PublicKey> Keys(SettingsSection values)
    {
        var keys = new List<PublicKey>();
        foreach (var (text, line) in values.Texts(SignedBy, required: values.Has(SignedBy)))
        {
            // Not quoted: somebody may have taken the secret key for it.
            if (PublicKey.Parse(text) is not { } key)
            {
                values.Add(line, SignedBy, "holds something that is no public key of minisign; take the last line of "
                    + "minisign.pub, 56 characters that begin with RW");
            }
            else if (keys.Exists(other => other.Id == key.Id))
            {
                values.Add(line, SignedBy, $"has the key {key.Id} twice; take one of them out");
            }
            else
            {
                keys.Add(key);
            }
        }

        if (keys.Count > 2)
            values.Add(values.LineOf(SignedBy), SignedBy, "has more than two keys; keep the present and the next one");
        if (values.Has(SignedMaxAge) && !values.Has(SignedBy))
        {
            values.Add(values.LineOf(SignedMaxAge), SignedMaxAge,
                $"is of no use without {SignedBy}; add the keys, or remove it");
        }

        return keys;
    }

    private static string? AuthservId(SettingsSection values)
    {
        const string name = "authserv_id";
        var id = values.Text(name);
        // A token (RFC 2045, section 5.1), so that it need not be quoted there.
        if (id.Any(c => c is <= ' ' or > '~' || "()<>@,;:\\\"/[]?=".Contains(c)))
        {
            values.Add(values.LineOf(name), name, $"\"{id}\" is not a name that a mail filter writes first into " +
                "Authentication-Results; write it like \"mail.example.com\"");
        }

        return id.Length > 0 ? id : null;
    }

    private static AuthenticationRequirement RequireAuthentication(SettingsSection values)
    {
        const string name = AuthenticationRequirement.Name;
        var required = AuthenticationRequirement.Read(values.Section(name, AuthenticationRequirement.Names));
        if (required.Most != Proof.None && !values.Has("authserv_id"))
            values.Warn(values.LineOf(name), name,
                "authserv_id is not set: no request can prove anything, and nobody gets what requires it");
        return required;
    }

    private DkimSettings? Dkim(SettingsSection? section)
    {
        if (section is null)
            return null;
        var domain = Domain(section, section.Text("domain", required: true), section.LineOf("domain"), "domain");
        var selector = section.Text("selector", required: true);
        if (selector.Length > 0 && !DkimSettings.IsSelector(selector))
            section.Add(section.LineOf("selector"), "selector",
                $"\"{selector}\" is not the name of a DNS record; write letters, digits and hyphens");
        return new DkimSettings(domain, selector, FilePath(section.Text("key_file", required: true)));
    }

    private S3Settings? S3(SettingsSection? section, string roots) => section is null
        ? null
        : AwsSection.Read(section, new S3Settings(
            section.Text("region", required: true),
            section.Text("book_bucket", required: true),
            section.Text("book_key", required: true))
        {
            MaxFileBytes = section.Number("max_file_bytes", S3Settings.StandardMaxFileBytes, 1024, 1L << 40),
        }, FilePath, roots);

    private static FeedbackSettings Feedback(SettingsSection? section)
    {
        var topic = section?.Text("topic") ?? "";
        if (topic.Length > 0 && topic.Split(':') is not ["arn", _, "sns", _, _, { Length: > 0 }])
        {
            section!.Add(section.LineOf("topic"), "topic",
                $"\"{topic}\" is not the ARN of a topic; write it like \"arn:aws:sns:eu-west-1:123456789012:name\"");
        }

        var leastVersion = (int)(section?.Number("least_signature_version", 2, 1, 2) ?? 2);
        return new FeedbackSettings(topic.Length > 0 ? topic : null, leastVersion);
    }

    private static StatisticsSettings? Statistics(SettingsSection? section) => section is null
        ? null
        : new StatisticsSettings(
            Mailbox(section, "to"),
            section.Has("from") ? Mailbox(section, "from") : null,
            // A threshold of 1 would show a single person's request.
            (int)section.Number("threshold", StatisticsSettings.StandardThreshold, 2, 1_000_000));

    private PostfixLogSettings PostfixLog(SettingsSection? section) => new(
        FilePath(section?.Text("database", PostfixLogSettings.DefaultDatabase) ?? PostfixLogSettings.DefaultDatabase),
        (int)(section?.Number("days", 14, 1, 3650) ?? 14));

    private static IReadOnlyList<AttachmentRename> AttachmentNames(SettingsSection values)
    {
        if (!values.Has("attachment_names"))
            return AttachmentRename.Standard;
        var renames = new List<AttachmentRename>();
        foreach (var section in values.Sections("attachment_names", ["domains", "rename"]))
        {
            var endings = new List<KeyValuePair<string, string>>();
            foreach (var (ending, replacement, line) in section.Pairs("rename", required: true))
            {
                if (ending is not ['.', _, ..]
                    || (ending + replacement).Any(c => c is '/' or '\\' || LineText.Breaks(c)))
                {
                    section.Add(line, "rename",
                        $"\"{ending}\": \"{replacement}\" must be the end of a name and what replaces it, like "
                        + "\".exe\": \".ex_\"");
                }

                endings.Add(new(ending, replacement));
            }

            renames.Add(new AttachmentRename(Domains(section, "domains", required: true), endings));
        }

        return renames;
    }

    private static MailboxAddress Mailbox(SettingsSection values, string name)
    {
        var text = values.Text(name, required: true);
        if (MailboxAddress.TryParse(text, out var mailbox) && MailDomain.TryNormalize(mailbox.Domain, out _)
            && System.Text.Ascii.IsValid(mailbox.LocalPart) && !(mailbox.Name ?? "").Any(LineText.Breaks))
        {
            return mailbox;
        }

        if (text.Length > 0)
            values.Add(values.LineOf(name), name,
                $"\"{text}\" is not a mail address; write \"name@example.com\" or \"Display Name <name@example.com>\"");
        return new MailboxAddress("", "invalid@invalid");
    }

    private static List<string> Domains(SettingsSection values, string name, bool required = false)
    {
        var domains = new List<string>();
        foreach (var (text, line) in values.Texts(name, required))
            domains.Add(Domain(values, text, line, name));
        return domains;
    }

    private static string Domain(SettingsSection values, string text, int line, string name)
    {
        if (MailDomain.TryNormalize(text, out var domain))
            return domain;
        if (text.Length > 0)
            values.Add(line, name, $"\"{text}\" is not a domain; write it like \"example.com\"");
        return text;
    }

    private string FilePath(string text) => text.Length == 0 ? "" : Path.GetFullPath(text, _folder);

    private void Add(int line, string place, string problem) => _faults.Add(new Fault(_path, line, place, problem));
}
