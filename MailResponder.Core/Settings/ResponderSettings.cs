using MailResponder.Aws;
using MimeKit;

namespace MailResponder.Settings;

/// <summary>The settings file as checked values. Paths are absolute; units stand in the names.</summary>
internal sealed record ResponderSettings
{
    public const string DefaultPath = "/etc/mail_responder/settings.json";
    public const string PathVariable = "RESPONDER_SETTINGS";

    /// <summary>The file that these settings were read from.</summary>
    public required string File { get; init; }

    /// <summary>From of every reply: an address that a person reads.</summary>
    public required MailboxAddress ResponseFrom { get; init; }

    /// <summary>The address of <see cref="ResponseFrom"/>, its domain in ASCII.</summary>
    public string ResponseAddress => ResponseFrom.GetAddress(idnEncode: true);

    /// <summary>Envelope sender of every reply, where its bounces go.</summary>
    public required string BounceAddress { get; init; }

    /// <summary>Domains that we receive for, lower case, in ASCII form. A request from one of them is a loop.</summary>
    public required IReadOnlyList<string> OwnDomains { get; init; }

    public required string ResponseBook { get; init; }

    /// <summary>Attachments lie at <c>FilesRoot/bucket/file</c>.</summary>
    public required string FilesRoot { get; init; }

    /// <summary>Requests of one requester that are answered between two resets.</summary>
    public int DailyLimit { get; init; } = 3;

    /// <summary>
    /// The book's address whose entry somebody gets once whose quota is used up; null: he gets nothing.
    /// </summary>
    public string? OverQuota { get; init; }

    /// <summary>Domains, with those below them, whose requesters have no quota.</summary>
    public IReadOnlyList<string> ExemptDomains { get; init; } = [];

    /// <summary>Domains, with those below them, that are never answered.</summary>
    public IReadOnlyList<string> BlockedDomains { get; init; } = [];

    public LimitSettings Limits { get; init; } = new();

    /// <summary>
    /// The name under which this host's mail filters write Authentication-Results; null: none are believed.
    /// </summary>
    public string? AuthservId { get; init; }

    /// <summary>What a request has to prove where the entry of the response book does not say it.</summary>
    public AuthenticationRequirement RequireAuthentication { get; init; } = AuthenticationRequirement.NotSaid;

    /// <summary>Requests that were older when they came are not answered; null: all are.</summary>
    public TimeSpan? MaxRequestAge { get; init; }

    public required string AddressKeyFile { get; init; }

    public required DatabaseSettings Database { get; init; }

    /// <summary>How long the ledger remembers a message: longer than Postfix keeps one in its queue.</summary>
    public int LedgerDays { get; init; } = 7;

    /// <summary>How entries that do not say it themselves are sent.</summary>
    public required SendMethod SendMethod { get; init; }

    /// <summary>Folder of the <see cref="SendMethod.Outbox"/>.</summary>
    public required string Outbox { get; init; }

    public string Sendmail { get; init; } = "/usr/sbin/sendmail";

    /// <summary>Null: no reply can go out through Amazon SES.</summary>
    public SesSettings? Ses { get; init; }

    /// <summary>
    /// The file of the authorities that may vouch for services of AWS. The host's trust store is not used.
    /// </summary>
    public string AwsRoots { get; init; } = AwsConnection.DefaultRoots;

    /// <summary>Whether a service of AWS is named; a double of it on this host has no TLS.</summary>
    public bool UsesAwsRoots =>
        (Ses is not null && Ses.Endpoint?.Scheme != Uri.UriSchemeHttp)
        || (S3 is not null && S3.Endpoint?.Scheme != Uri.UriSchemeHttp)
        || (Metrics?.CloudWatch is { } cloudWatch && cloudWatch.Endpoint?.Scheme != Uri.UriSchemeHttp);

    /// <summary>Names of attachments for requesters of certain providers; the first rule that fits counts.</summary>
    public IReadOnlyList<AttachmentRename> AttachmentNames { get; init; } = AttachmentRename.Standard;

    /// <summary>Null: replies go out unsigned.</summary>
    public DkimSettings? Dkim { get; init; }

    /// <summary>Far below the 1000 s after which Postfix kills a command and bounces its message.</summary>
    public int DeadlineSeconds { get; init; } = 60;

    public long MaxMessageBytes { get; init; } = 8_192_000;

    /// <summary>Null: book and attachments are only what lies on this host.</summary>
    public S3Settings? S3 { get; init; }

    /// <summary>
    /// Who may sign the response book and the hashes of its attachments. Empty: neither is signed. Two while the key is
    /// changed.
    /// </summary>
    public IReadOnlyList<PublicKey> SignedBy { get; init; } = [];

    /// <summary>A signature that is older is a warning; null: none is.</summary>
    public TimeSpan? SignedMaxAge { get; init; }

    /// <summary>Folder of the Postfix maps that are made from the book; null: none are made.</summary>
    public string? PostfixMaps { get; init; }

    /// <summary>Null: no report goes out by mail.</summary>
    public StatisticsSettings? Statistics { get; init; }

    public PostfixLogSettings PostfixLog { get; init; } = new(PostfixLogSettings.DefaultDatabase, 14);

    /// <summary>Null: nothing is put into CloudWatch.</summary>
    public MetricsSettings? Metrics { get; init; }

    /// <summary>Mailboxes from which `responder canary` asks; empty: it does nothing.</summary>
    public IReadOnlyList<CanaryMailbox> Canary { get; init; } = [];

    public FeedbackSettings Feedback { get; init; } = new(null, 2);

    public LogTarget LogTo { get; init; } = LogTarget.Syslog;

    public SyslogFacility SyslogFacility { get; init; } = SyslogFacility.Local0;

    public SyslogFacility EventFacility { get; init; } = SyslogFacility.Local1;

    public string SyslogSocket { get; init; } = "/dev/log";
}

internal enum LogTarget
{
    Syslog,
    Stderr,
}

/// <summary>Facility numbers of RFC 5424, section 6.2.1, that a mail program may use.</summary>
internal enum SyslogFacility
{
    Mail = 2,
    Local0 = 16,
    Local1,
    Local2,
    Local3,
    Local4,
    Local5,
    Local6,
    Local7,
}

/// <summary>Whose words on bounces and complaints are believed.</summary>
/// <param name="Topic">The ARN of the topic of Amazon SNS; null: the command line names it.</param>
/// <param name="LeastSignatureVersion">The SignatureVersion that a notification has at least; 1 is SHA-1.</param>
internal sealed record FeedbackSettings(string? Topic, int LeastSignatureVersion);

/// <summary>What is kept of Postfix's log.</summary>
/// <param name="Database">A SQLite file of its own, so that no lock of it ever delays a message.</param>
/// <param name="Days">Rows older than this are deleted.</param>
internal sealed record PostfixLogSettings(string Database, int Days)
{
    public const string DefaultDatabase = "/var/lib/mail_responder/postfix-log/postfix-log.db";
}

/// <summary>The daily report by mail.</summary>
/// <param name="To">Who gets it.</param>
/// <param name="From">Null: From of the replies.</param>
/// <param name="Threshold">Requested addresses with fewer answered requests are counted together.</param>
internal sealed record StatisticsSettings(MailboxAddress To, MailboxAddress? From, int Threshold)
{
    public const int StandardThreshold = 5;
}
