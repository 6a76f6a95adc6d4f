using MailResponder.Aws;
using MimeKit;

namespace MailResponder.Settings;

/// <summary>
/// The checked values of the settings file. Paths are absolute. A name includes the unit of its value.
/// </summary>
internal sealed record ResponderSettings
{
    public const string DefaultPath = "/etc/mail_responder/settings.json";
    public const string PathVariable = "RESPONDER_SETTINGS";

    /// <summary>The file that these settings were read from.</summary>
    public required string File { get; init; }

    /// <summary>The From of every reply: an address whose mail a person reads.</summary>
    public required MailboxAddress ResponseFrom { get; init; }

    /// <summary>The address in <see cref="ResponseFrom"/>, with its domain in ASCII.</summary>
    public string ResponseAddress => ResponseFrom.GetAddress(idnEncode: true);

    /// <summary>The envelope sender of every reply. Bounces go to it.</summary>
    public required string BounceAddress { get; init; }

    /// <summary>
    /// The domains for which we receive mail, in lower case and in ASCII form. A request from one of them is a loop.
    /// </summary>
    public required IReadOnlyList<string> OwnDomains { get; init; }

    public required string ResponseBook { get; init; }

    /// <summary>The folder of the attachments: each is at <c>FilesRoot/bucket/file</c>.</summary>
    public required string FilesRoot { get; init; }

    /// <summary>The number of requests of one requester that are answered between two resets.</summary>
    public int DailyLimit { get; init; } = 3;

    /// <summary>
    /// The address of the entry that a requester gets, once, after their quota is used up. Null: they get nothing.
    /// </summary>
    public string? OverQuota { get; init; }

    /// <summary>Domains, including subdomains, whose requesters have no quota.</summary>
    public IReadOnlyList<string> ExemptDomains { get; init; } = [];

    /// <summary>Domains, including subdomains, whose requests are never answered.</summary>
    public IReadOnlyList<string> BlockedDomains { get; init; } = [];

    public LimitSettings Limits { get; init; } = new();

    /// <summary>
    /// The name that this host's mail filters write into Authentication-Results. Null: no Authentication-Results are
    /// trusted.
    /// </summary>
    public string? AuthservId { get; init; }

    /// <summary>What a request must prove if the entry of the response book does not say so itself.</summary>
    public AuthenticationRequirement RequireAuthentication { get; init; } = AuthenticationRequirement.NotSaid;

    /// <summary>
    /// The maximum age of a request on arrival. Older requests are not answered. Null: all are answered.
    /// </summary>
    public TimeSpan? MaxRequestAge { get; init; }

    public required string AddressKeyFile { get; init; }

    public required DatabaseSettings Database { get; init; }

    /// <summary>
    /// How many days the ledger remembers a message. This must be longer than Postfix keeps a message in its queue.
    /// </summary>
    public int LedgerDays { get; init; } = 7;

    /// <summary>The send method of entries that do not name one.</summary>
    public required SendMethod SendMethod { get; init; }

    /// <summary>The folder of <see cref="SendMethod.Outbox"/>.</summary>
    public required string Outbox { get; init; }

    public string Sendmail { get; init; } = "/usr/sbin/sendmail";

    /// <summary>How to send through Amazon SES. Null: no reply can be sent through it.</summary>
    public SesSettings? Ses { get; init; }

    /// <summary>
    /// The file of the certificate authorities that are trusted for AWS services. The host's trust store is not used.
    /// </summary>
    public string AwsRoots { get; init; } = AwsConnection.DefaultRoots;

    /// <summary>
    /// Whether an AWS service is configured that uses TLS. A service at an http endpoint on this host does not.
    /// </summary>
    public bool UsesAwsRoots =>
        (Ses is not null && Ses.Endpoint?.Scheme != Uri.UriSchemeHttp)
        || (S3 is not null && S3.Endpoint?.Scheme != Uri.UriSchemeHttp)
        || (Metrics?.CloudWatch is { } cloudWatch && cloudWatch.Endpoint?.Scheme != Uri.UriSchemeHttp);

    /// <summary>
    /// Rules that rename attachments for requesters at certain providers. The first rule that fits counts.
    /// </summary>
    public IReadOnlyList<AttachmentRename> AttachmentNames { get; init; } = AttachmentRename.Standard;

    /// <summary>The keys that sign replies. Null: replies are not signed.</summary>
    public DkimSettings? Dkim { get; init; }

    /// <summary>
    /// The time limit for one message. It is far below the 1000 s after which Postfix kills a command and bounces its
    /// message.
    /// </summary>
    public int DeadlineSeconds { get; init; } = 60;

    public long MaxMessageBytes { get; init; } = 8_192_000;

    /// <summary>
    /// Where the response book and the attachments are pulled from. Null: only the files on this host are used.
    /// </summary>
    public S3Settings? S3 { get; init; }

    /// <summary>
    /// The keys that may sign the response book and the hashes of its attachments. Empty: neither is signed. Two keys
    /// during a key change.
    /// </summary>
    public IReadOnlyList<PublicKey> SignedBy { get; init; } = [];

    /// <summary>The age after which a signature causes a warning. Null: no age does.</summary>
    public TimeSpan? SignedMaxAge { get; init; }

    /// <summary>The folder of the Postfix maps that are generated from the book. Null: none are generated.</summary>
    public string? PostfixMaps { get; init; }

    /// <summary>The daily report by mail. Null: no report is sent.</summary>
    public StatisticsSettings? Statistics { get; init; }

    public PostfixLogSettings PostfixLog { get; init; } = new(PostfixLogSettings.DefaultDatabase, 14);

    /// <summary>The metrics. Null: nothing is sent to CloudWatch.</summary>
    public MetricsSettings? Metrics { get; init; }

    /// <summary>The mailboxes from which `responder canary` sends requests. Empty: the command does nothing.</summary>
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

/// <summary>
/// The facilities of syslog that a mail program may use, with the numbers of RFC 5424, section 6.2.1.
/// </summary>
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

/// <summary>Which notifications of bounces and complaints are trusted.</summary>
/// <param name="Topic">The ARN of the Amazon SNS topic. Null: the command line names it.</param>
/// <param name="LeastSignatureVersion">The lowest SignatureVersion that is accepted. Version 1 uses SHA-1.</param>
internal sealed record FeedbackSettings(string? Topic, int LeastSignatureVersion);

/// <summary>How the data from Postfix's log is kept.</summary>
/// <param name="Database">A separate SQLite file, so that its locks never delay a message.</param>
/// <param name="Days">The number of days after which rows are deleted.</param>
internal sealed record PostfixLogSettings(string Database, int Days)
{
    public const string DefaultDatabase = "/var/lib/mail_responder/postfix-log/postfix-log.db";
}

/// <summary>The daily report by mail.</summary>
/// <param name="To">The recipient of the report.</param>
/// <param name="From">The From of the report. Null: the From of the replies.</param>
/// <param name="Threshold">Requested addresses with fewer answered requests than this are counted together.</param>
internal sealed record StatisticsSettings(MailboxAddress To, MailboxAddress? From, int Threshold)
{
    public const int StandardThreshold = 5;
}
