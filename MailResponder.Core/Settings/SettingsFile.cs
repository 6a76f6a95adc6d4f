using System.Text.Json;
using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads and checks the settings file. Finds all faults in one pass, each with its line.</summary>
internal static class SettingsFile
{
    private const string MaxRequestAge = "max_request_age_hours";
    private const string SignedBy = "signed_by";
    private const string SignedMaxAge = "signed_max_age_days";

    /// <summary>The names of all settings of the first level.</summary>
    public static readonly string[] Names =
    [
        "response_from", "bounce_address", "own_domains", "response_book", "files_root", "daily_limit", "over_quota",
        "exempt_domains", "blocked_domains", "address_key_file", "database", "ledger_days", "send_method", "outbox",
        "sendmail", "ses", "attachment_names", "dkim", "deadline_seconds", "max_message_bytes", "log_to",
        "syslog_facility", "event_facility", "syslog_socket", "s3", "postfix_maps", "postfix_log", "statistics",
        "metrics", "limits", "authserv_id", AuthenticationRequirement.Name, MaxRequestAge, "feedback",
        "aws_roots", SignedBy, SignedMaxAge, CanarySection.Name,
    ];

    /// <summary>Whether the name is a setting, or a misspelled one.</summary>
    public static bool IsName(string name) => Names.Contains(name) || Words.Nearest(name, Names) is not null;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ResponderException">
    /// The file is missing or has a fault. The message names the first fault.
    /// </exception>
    public static ResponderSettings Load(string path)
    {
        var faults = new List<Fault>();
        return Fault.Require(Check(path, faults), faults, Cause.Settings);
    }

    /// <summary>
    /// Reads the settings, and adds every fault to <paramref name="faults"/>. Null if an error leaves no usable
    /// settings.
    /// </summary>
    public static ResponderSettings? Check(string path, List<Fault> faults) =>
        LocatedJson.ReadFile(path, faults, "name the settings file with --settings, or write it: docs/settings.md")
            is { } text ? Check(text, path, faults) : null;

    /// <summary>
    /// Reads the settings from a text that was read from <paramref name="path"/>, and adds every fault to
    /// <paramref name="faults"/>. Null if an error leaves no usable settings.
    /// </summary>
    public static ResponderSettings? Check(byte[] text, string path, List<Fault> faults) =>
        LocatedJson.Read(text, path, faults, (json, found) =>
            Read(json, path, found) is { } settings && found.Errors == 0 ? settings : null);

    private static ResponderSettings? Read(LocatedJson json, string path, FileFaults faults)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            faults.Add(json.Line, "", "must be an object { … } of settings, but is " + json.KindInWords);
            return null;
        }

        var values = new SettingsSection(faults, "", json, Names);
        var database = DatabaseSettings.Read(values);
        var sendMethod = values.Choice("send_method", SendMethods.Names, SendMethods.Of, required: true);
        if (sendMethod == SendMethod.Ses && !values.Has("ses"))
            values.Add(values["send_method"]!.Line, "ses",
                "is missing, but send_method is ses; add \"ses\": { \"region\": \"…\" }");
        var filesRoot = values.FilePath("files_root", "files");
        var roots = values.FilePath("aws_roots", AwsConnection.DefaultRoots);
        var settings = new ResponderSettings
        {
            File = path,
            ResponseFrom = values.Mailbox("response_from"),
            BounceAddress = values.Mailbox("bounce_address").GetAddress(idnEncode: true),
            OwnDomains = values.Domains("own_domains", required: true),
            ResponseBook = values.FilePath("response_book", required: true),
            FilesRoot = filesRoot,
            DailyLimit = (int)values.Number("daily_limit", 3, 1, 1_000_000),
            OverQuota = values.Has("over_quota") ? values.Mailbox("over_quota").GetAddress(idnEncode: true) : null,
            ExemptDomains = values.Domains("exempt_domains"),
            BlockedDomains = values.Domains("blocked_domains"),
            Limits = LimitSettings.Read(values),
            AuthservId = AuthservId(values),
            RequireAuthentication = RequireAuthentication(values),
            MaxRequestAge = values.Has(MaxRequestAge)
                ? TimeSpan.FromHours(values.Number(MaxRequestAge, 1, 1, 8760)) : null,
            AddressKeyFile = values.FilePath("address_key_file", required: true),
            Database = database,
            LedgerDays = (int)values.Number("ledger_days", 7, 1, 3650),
            SendMethod = sendMethod ?? SendMethod.Outbox,
            Outbox = values.FilePath("outbox", "outbox"),
            Sendmail = values.FilePath("sendmail", "/usr/sbin/sendmail"),
            Ses = SesSettings.Read(values, roots) is { } ses
                ? ses with { RoleFile = database.SqliteFile is { } file ? file + ".role" : filesRoot + "/.role" }
                : null,
            AwsRoots = roots,
            AttachmentNames = AttachmentRename.Read(values),
            Dkim = DkimSettings.Read(values),
            DeadlineSeconds = (int)values.Number("deadline_seconds", 60, 1, 900),
            MaxMessageBytes = values.Number("max_message_bytes", 8_192_000, 1024, 1L << 40),
            LogTo = values.Choice("log_to", LogTarget.Syslog),
            SyslogFacility = values.Choice("syslog_facility", SyslogFacility.Local0),
            EventFacility = values.Choice("event_facility", SyslogFacility.Local1),
            S3 = S3Settings.Read(values, roots),
            PostfixMaps = values.FilePathOrNull("postfix_maps"),
            PostfixLog = PostfixLog(values.Section("postfix_log", ["database", "days"])),
            Metrics = MetricsSettings.Read(values, roots),
            Feedback = Feedback(values.Section("feedback", ["topic", "least_signature_version"])),
            SyslogSocket = values.FilePath("syslog_socket", "/dev/log"),
            Statistics = Statistics(values.Section("statistics", ["to", "from", "threshold"])),
            SignedBy = Keys(values),
            SignedMaxAge = values.Has(SignedMaxAge) ? TimeSpan.FromDays(values.Number(SignedMaxAge, 1, 1, 3650)) : null,
        };
        return settings with { Canary = CanarySection.Read(values, settings.OwnDomains) };
    }

    private static List<PublicKey> Keys(SettingsSection values)
    {
        var keys = new List<PublicKey>();
        foreach (var (text, line) in values.Texts(SignedBy, required: values.Has(SignedBy)))
        {
            // Do not quote the text. Somebody may have pasted the secret key by mistake.
            if (PublicKey.Parse(text) is not { } key)
            {
                values.Add(line, SignedBy, "contains something that is not a minisign public key; copy the last line "
                    + "of minisign.pub, 56 characters that begin with RW");
            }
            else if (keys.Exists(other => other.Id == key.Id))
            {
                values.Add(line, SignedBy, $"has the key {key.Id} twice; remove one of the two");
            }
            else
            {
                keys.Add(key);
            }
        }

        if (keys.Count > 2)
            values.Add(SignedBy, "has more than two keys; keep the current and the next one");
        if (values.Has(SignedMaxAge) && !values.Has(SignedBy))
            values.Add(SignedMaxAge, $"has no effect without {SignedBy}; add the keys, or remove it");

        return keys;
    }

    private static string? AuthservId(SettingsSection values)
    {
        var id = values.TextOrNull("authserv_id");
        // It must be a token (RFC 2045, section 5.1), so that the header field need not quote it.
        if (id?.Any(c => c is <= ' ' or > '~' || "()<>@,;:\\\"/[]?=".Contains(c)) == true)
            values.Add("authserv_id", $"\"{id}\" is not a name with which a mail filter begins " +
                "Authentication-Results; write it like \"mail.example.com\"");
        return id;
    }

    private static AuthenticationRequirement RequireAuthentication(SettingsSection values)
    {
        var required = AuthenticationRequirement.Read(values);
        if (required.Most != Proof.None && !values.Has("authserv_id"))
            values.Warn(AuthenticationRequirement.Name,
                "authserv_id is not set: no sender can be verified, and nobody gets what requires it");
        return required;
    }

    private static FeedbackSettings Feedback(SettingsSection? section)
    {
        var topic = section?.TextOrNull("topic");
        if (topic is not null && topic.Split(':') is not ["arn", _, "sns", _, _, { Length: > 0 }])
            section!.Add("topic",
                $"\"{topic}\" is not the ARN of a topic; write it like \"arn:aws:sns:eu-west-1:123456789012:name\"");
        return new FeedbackSettings(topic, (int)(section?.Number("least_signature_version", 2, 1, 2) ?? 2));
    }

    private static StatisticsSettings? Statistics(SettingsSection? section) => section is null ? null
        : new StatisticsSettings(
            section.Mailbox("to"),
            section.Has("from") ? section.Mailbox("from") : null,
            // A threshold of 1 would reveal a single person's request.
            (int)section.Number("threshold", StatisticsSettings.StandardThreshold, 2, 1_000_000));

    private static PostfixLogSettings PostfixLog(SettingsSection? section) => new(
        section?.FilePath("database", PostfixLogSettings.DefaultDatabase) ?? PostfixLogSettings.DefaultDatabase,
        (int)(section?.Number("days", 14, 1, 3650) ?? 14));
}
