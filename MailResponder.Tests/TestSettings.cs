using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests;

/// <summary>Settings of a small installation, with every path below one folder.</summary>
internal static class TestSettings
{
    public static ResponderSettings In(string folder) => new()
    {
        File = Path.Join(folder, "settings.json"),
        ResponseFrom = new MailboxAddress("Example Tools", "get-help@example.com"),
        BounceAddress = "bounces@example.com",
        OwnDomains = ["example.com", "example.org"],
        ResponseBook = Path.Join(folder, "responses.json"),
        FilesRoot = Path.Join(folder, "files"),
        BlockedDomains = ["blocked.example"],
        AddressKeyFile = Path.Join(folder, "address.key"),
        Database = new DatabaseSettings(Path.Join(folder, "responder.db"), null),
        SendMethod = SendMethod.Outbox,
        Outbox = Path.Join(folder, "outbox"),
        Sendmail = Path.Join(folder, "sendmail"),
        MaxMessageBytes = 16_384,
    };
}
