using MailResponder.Doctor;
using MailResponder.Settings;

namespace MailResponder.Tests.Book;

/// <summary>
/// The checks of a response book that depend on the settings and on the attachments: <c>responder config check</c> of a
/// book, alone or with the settings.
/// </summary>
public sealed class BooksInUse : IDisposable
{
    private const string Unchecked = "attachments, addresses and send_method were not checked: ";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "settings.json: does not exist; name the settings file with --settings, or write it: "
        + "docs/settings.md")]
    [InlineData("{", "settings.json:1: is not valid JSON: ")]
    [InlineData("{ \"daily_limi\": 3 }", "settings.json:1: daily_limi: is unknown; did you mean \"daily_limit\"?")]
    [InlineData("a folder", "settings.json: is a folder, not a file")]
    public void SettingsThatCannotBeUsed_LeaveTheUseUnchecked(string? text, string why)
    {
        if (text == "a folder")
            Directory.CreateDirectory(_folder.PathTo("settings.json"));
        else if (text is not null)
            _folder.Write("settings.json", text);
        var book = Book("get@example.com");

        AssertOne($"responses.json: warning: {Unchecked}{_folder.Path}/{why}", book, areNamed: false);
        AssertOne($"responses.json: {Unchecked}{_folder.Path}/{why}", book, areNamed: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SettingsThatCanBeUsed_AddNothing(bool areNamed)
    {
        _folder.Write("files/tools/tool.zip", "tool");
        Settings();

        Assert.Empty(Check(Book("get@example.com"), areNamed));
    }

    [Fact]
    public void EmptyAttachment_IsAWarning()
    {
        _folder.Write("files/tools/tool.zip", "");
        Settings();

        AssertOne("responses.json:1: warning: entry 1, attachments: attachment tools/tool.zip: is empty, and is sent "
            + "as an empty file", Book("get@example.com"));
    }

    /// <summary>Requests to such an address come from luser_relay; they are for the address after the prefix.</summary>
    [Fact]
    public void AddressThatNoRequestReaches_IsNamed()
    {
        _folder.Write("files/tools/tool.zip", "tool");
        Settings();

        AssertOne("responses.json:1: entry 1, email_addr: no request reaches mail_responder+get@example.com: ",
            Book("mail_responder+get@example.com"));
        Assert.Empty(Check(Book("mail_responder@example.com")));
        Assert.Empty(Check(Book("get+mail_responder@example.com")));
    }

    private string Book(string address) => _folder.Write("responses.json", $$"""
        [{ "email_addr": "{{address}}", "body": "text", "attachments": [["tools", "tool.zip", "tool.zip"]] }]
        """);

    private void Settings() => _folder.Write("settings.json", """
        { "own_domains": ["example.com"], "response_from": "get-help@example.com",
          "bounce_address": "bounces@example.com", "address_key_file": "address.key",
          "database": { "sqlite": "responder.db" }, "response_book": "responses.json", "send_method": "outbox"
        }
        """);

    private void AssertOne(string expected, string book, bool areNamed = false) =>
        Assert.StartsWith(expected, Assert.Single(Check(book, areNamed)), StringComparison.Ordinal);

    private List<string> Check(string book, bool areNamed = false)
    {
        var faults = new List<Fault>();
        ConfigurationCheck.OfFile(book, _folder.PathTo("settings.json"), faults, needsSettings: areNamed);
        return [.. faults.Select(fault => (fault with { File = Path.GetFileName(fault.File) }).ToString())];
    }
}
