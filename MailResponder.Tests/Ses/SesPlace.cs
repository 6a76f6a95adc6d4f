using System.Security.Cryptography;
using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Tests.Ses;

/// <summary>
/// Sends replies through SES inside this process: settings with a credentials file, an attachment, a DKIM key.
/// </summary>
internal sealed class SesPlace : IDisposable
{
    public const string Requester = "requester@example.net";

    private static readonly Lazy<RSA> DkimKey = new(() => RSA.Create(2048));
    private static readonly Lazy<TlsChain> Chain = new(() => new TlsChain());
    private readonly string _folder = Directory.CreateTempSubdirectory("responder-ses-").FullName;

    public SesPlace(string endpoint)
    {
        Directory.CreateDirectory(PathTo("files/tools"));
        File.WriteAllBytes(PathTo("files/tools/tool.zip"), [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))]);
        WriteSecret("dkim.key", DkimKey.Value.ExportRSAPrivateKeyPem());
        WriteSecret("credentials", $"""
            [default]
            aws_access_key_id = {SesDouble.AccessKey}
            aws_secret_access_key = {SesDouble.SecretKey}
            """);
        File.WriteAllText(PathTo("roots.pem"), Chain.Value.Root.ExportCertificatePem());
        Ses = new SesSettings
        {
            Region = SesDouble.Region,
            Endpoint = new Uri(endpoint),
            CredentialsFile = PathTo("credentials"),
            Roots = PathTo("roots.pem"),
        };
    }

    public SesSettings Ses { get; set; }

    public int DeadlineSeconds { get; set; } = 60;

    public IReadOnlyList<AttachmentRename> AttachmentNames { get; set; } = AttachmentRename.Standard;

    /// <summary>The p= value of the DNS record that verifies the replies.</summary>
    public static string DkimPublicKey => Convert.ToBase64String(DkimKey.Value.ExportSubjectPublicKeyInfo());

    public string PathTo(string name) => Path.Join(_folder, name);

    public static ResponseEntry Entry(params string[] attachments) => new(1, 1, "get@example.com",
        [new ResponseBody("plain", "Links: https://example.com/tools\nفارسی\n")],
        [.. attachments.Select(name => new ResponseAttachment("tools", "tool.zip", name, 1))], SendMethod.Ses, null);

    /// <summary>Replies to one request. The outcome has the receipts and problems.</summary>
    public Outcome Reply(params ResponseEntry[] entries) => ReplyTo(Requester, entries);

    public Outcome ReplyTo(string requester, params ResponseEntry[] entries)
    {
        var clock = TimeProvider.System;
        var settings = Settings();
        var deadline = new Deadline(clock, TimeSpan.FromSeconds(DeadlineSeconds));
        var outcome = new Replier(settings, new Renderings(settings, new FolderSource(settings)),
            new Senders(settings, deadline, clock), deadline, new Progress(), clock)
            .Reply(new Request(new MailboxAddress("", requester), "Hello", "<request@example.net>", []), entries,
            ClaimedMessage.Unrecorded());
        Assert.DoesNotContain(requester, outcome.Problem ?? "", StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@", outcome.Problem ?? "", StringComparison.Ordinal);
        return outcome;
    }

    public ResponderSettings Settings() => new()
    {
        File = PathTo("settings.json"),
        ResponseFrom = new MailboxAddress("Example Tools", "get-help@example.com"),
        BounceAddress = "bounces@example.com",
        OwnDomains = ["example.com"],
        ResponseBook = PathTo("responses.json"),
        FilesRoot = PathTo("files"),
        AddressKeyFile = PathTo("address.key"),
        Database = new DatabaseSettings(PathTo("responder.db"), null),
        SendMethod = SendMethod.Outbox,
        Outbox = PathTo("outbox"),
        Ses = Ses,
        AttachmentNames = AttachmentNames,
        Dkim = new DkimSettings("example.com", "mail", PathTo("dkim.key")),
    };

    public void WriteSecret(string name, string text)
    {
        File.WriteAllText(PathTo(name), text + "\n");
        File.SetUnixFileMode(PathTo(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
