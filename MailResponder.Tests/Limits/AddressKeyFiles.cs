using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Tests.Limits;

public sealed class AddressKeyFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void New_IsForItsOwnerAloneAndStays()
    {
        var path = _folder.PathTo("address.key");

        Assert.True(AddressKey.Create(path));
        var text = File.ReadAllText(path);
        Assert.False(AddressKey.Create(path));

        Assert.Matches("^[0-9a-f]{64}\n$", text);
        Assert.Equal(text, File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void LostBesideItsDatabase_IsNotReplaced()
    {
        var database = _folder.Write("responder.db", "");
        var path = _folder.PathTo("address.key");

        var exception = Assert.Throws<ResponderException>(() => AddressKey.LoadOrCreate(path, new DatabaseSettings(database, null)));

        Assert.Equal(Cause.KeyFile, exception.Cause);
        Assert.Equal($"address key {path}: does not exist", exception.Message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void WithMySql_IsNeverMade()
    {
        var path = _folder.PathTo("address.key");
        var database = new DatabaseSettings(null, new MySqlSettings { Server = "db.example.com", User = "u", Database = "d" });

        var exception = Assert.Throws<ResponderException>(() => AddressKey.LoadOrCreate(path, database));

        Assert.Equal($"address key {path}: does not exist; copy it from another host, or for a new database make it once with: " +
            $"(umask 027; openssl rand -hex 32 > {path})", exception.Message);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00112233")]
    [InlineData("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    public void WithOtherContent_IsRefused(string text)
    {
        var path = _folder.Write("address.key", text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);

        var exception = Assert.Throws<ResponderException>(() => AddressKey.Load(path));

        Assert.Equal($"address key {path}: must hold 64 hexadecimal digits; restore it from a backup " +
            "(a new key forgets every quota and list)", exception.Message);
    }

    [Fact]
    public void Fingerprint_TellsKeysApart()
    {
        AddressKey.Create(_folder.PathTo("a.key"));
        AddressKey.Create(_folder.PathTo("b.key"));
        var a = AddressKey.Load(_folder.PathTo("a.key"));

        Assert.Equal(a.Fingerprint, AddressKey.Load(_folder.PathTo("a.key")).Fingerprint);
        Assert.NotEqual(a.Fingerprint, AddressKey.Load(_folder.PathTo("b.key")).Fingerprint);
        Assert.Equal(8, a.Fingerprint.Length);
    }
}
