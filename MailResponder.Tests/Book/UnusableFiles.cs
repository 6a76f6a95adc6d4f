using MailResponder.Doctor;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Book;

/// <summary><c>responder config check</c> reports each file that the filter could not use, for any user.</summary>
public sealed class UnusableFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("files", "address_key_file: {folder}/files: is a folder, not a file")]
    [InlineData("/", "address_key_file: /: is a folder, not a file")]
    [InlineData("file/address.key", "address_key_file: {folder}/file/address.key does not exist and cannot be created: "
        + "{folder}/file is a file, but a folder is needed; move it away, or name another folder")]
    public void AddressKeyThatCannotBeCreated_IsNamed(string path, string fault)
    {
        _folder.Write("files/tools/tool.zip", "");
        _folder.Write("file", "");
        var settings = Settings("\"sqlite\": \"responder.db\"", path);

        Assert.Equal([$"settings.json:2: {fault.Replace("{folder}", _folder.Path, StringComparison.Ordinal)}"],
            Check(settings));

        var (key, database) = (SettingsFile.Load(settings).AddressKeyFile, SettingsFile.Load(settings).Database);
        Assert.Equal(Cause.KeyFile,
            Assert.Throws<ResponderException>(() => AddressKey.LoadOrCreate(key, database)).Cause);
    }

    [Fact]
    public void AddressKeyThatTheFirstMessageCreates_IsNoFault() =>
        Assert.Empty(Check(Settings("\"sqlite\": \"data/responder.db\"", "data/new/address.key"), warnings: false));

    [Theory]
    [InlineData("")]
    [InlineData("\nsecret\n")]
    [InlineData("\r\nsecret")]
    public void PasswordFileWithoutAPassword_IsNamed(string text)
    {
        Secret("password", text);

        Assert.Equal([$"settings.json:3: database.mysql.password_file: password file {_folder.Path}/password: its "
            + "first line is empty; it must hold the password"], Check(MySql()));
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("no certificate", "is neither PEM nor DER, or is damaged")]
    [InlineData("", "contains no certificate")]
    public void AuthoritiesOfMySql_AreNamed(string? text, string fault)
    {
        Secret("password", "secret\n");
        if (text is not null)
            _folder.Write("ca.pem", text);

        Assert.Equal([$"settings.json:3: database.mysql.ssl_ca: ssl_ca {_folder.Path}/ca.pem: {fault}"],
            Check(MySql(", \"ssl_ca\": \"ca.pem\"")));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData(".lock")]
    public void FolderInPlaceOfADatabasesOtherFile_IsNamed(string name)
    {
        Directory.CreateDirectory(_folder.PathTo("data/responder.db" + name));
        Secret("address.key", new string('0', 64));
        File.CreateSymbolicLink(_folder.PathTo("responder.db"), _folder.Write("data/responder.db", ""));

        Assert.Equal([$"settings.json:3: database.sqlite: {_folder.Path}/data/responder.db{name}: "
            + "is a folder, not a file"], Check(Settings("\"sqlite\": \"responder.db\"")));
    }

    private string MySql(string more = "")
    {
        Secret("address.key", new string('0', 64));
        return Settings("\"mysql\": { \"server\": \"127.0.0.1\", \"user\": \"u\", \"database\": \"d\", "
            + $"\"password_file\": \"password\"{more} }}");
    }

    private void Secret(string name, string text) =>
        File.SetUnixFileMode(_folder.Write(name, text), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private string Settings(string database, string key = "address.key")
    {
        _folder.Write("responses.json", """[{ "email_addr": "get@example.com", "body": "text" }]""");
        return _folder.Write("settings.json", $$"""
            { "own_domains": ["example.com"], "response_from": "get-help@example.com",
              "bounce_address": "bounces@example.com", "address_key_file": "{{key}}",
              "database": { {{database}} }, "response_book": "responses.json", "send_method": "outbox"
            }
            """);
    }

    /// <summary>Returns the findings, without the folder in front of the file names.</summary>
    private static List<string> Check(string settings, bool warnings = true)
    {
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(settings, faults);
        return [.. faults.Where(fault => fault.Place != "dkim" && (warnings || !fault.IsWarning))
            .Select(fault => (fault with { File = Path.GetFileName(fault.File) }).ToString())];
    }
}
