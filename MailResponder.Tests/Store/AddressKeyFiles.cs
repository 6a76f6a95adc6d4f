using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

public sealed class AddressKeyFiles : IDisposable
{
    private static readonly DateTimeOffset Afternoon = new(2026, 11, 24, 16, 0, 0, TimeSpan.Zero);
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

        var exception = Assert.Throws<ResponderException>(
            () => AddressKey.LoadOrCreate(path, new DatabaseSettings(database, null)));

        Assert.Equal(Cause.KeyFile, exception.Cause);
        Assert.Equal($"address key {path}: does not exist", exception.Message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void WithMySql_IsNeverMade()
    {
        var path = _folder.PathTo("address.key");
        var database = new DatabaseSettings(
            null, new MySqlSettings { Server = "db.example.com", User = "u", Database = "d" });

        var exception = Assert.Throws<ResponderException>(() => AddressKey.LoadOrCreate(path, database));

        Assert.Equal(
            $"address key {path}: does not exist; copy it from another host, "
            + $"or for a new database create it once with: (umask 027; openssl rand -hex 32 > {path})",
            exception.Message);
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
    public void Change_PutsANewKeyOnTopAndKeepsModeAndLink()
    {
        var path = _folder.PathTo("address.key");
        AddressKey.Create(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var first = AddressKey.Load(path);
        var link = _folder.PathTo("link.key");
        File.CreateSymbolicLink(link, path);
        _folder.Write("address.key.99999999.new", "what a killed process left");

        var second = AddressKey.Change(link, Afternoon);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            File.GetUnixFileMode(path));
        Assert.Equal(path, new FileInfo(link).LinkTarget);
        Assert.Equal((2, Afternoon), (second.Generation, second.MadeAt));
        Assert.NotEqual(first.Fingerprint, second.Fingerprint);
        Assert.Equal(first.Fingerprint, second.WithFingerprint(first.Fingerprint)!.Fingerprint);
        var third = AddressKey.Change(path, Afternoon.AddYears(1));
        Assert.Equal(second.Fingerprint, third.Earlier!.Fingerprint);
        Assert.Equal(third.Domain("example.net"), third.Renew(first.Domain("example.net"), first));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Change_HasAnEnd()
    {
        var path = _folder.PathTo("address.key");
        AddressKey.Create(path);
        for (var i = 1; i < AddressKey.MaxGenerations; i++) AddressKey.Change(path, Afternoon);
        var text = File.ReadAllText(path);

        var exception = Assert.Throws<ResponderException>(() => AddressKey.Change(path, Afternoon));

        Assert.Equal(Cause.KeyFile, exception.Cause);
        Assert.Contains("holds 32 keys, the maximum", exception.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("{0} 2026-11-24T16:00:00Z\n{1}\n", 0)]
    [InlineData("# said\n\n{0} 2026-11-24T16:00:00Z\r\n# and\n\n{1}\r\n", 0)]
    [InlineData("{0} 2026-11-24T16:00:00Z\n{1} 2025-11-24T16:00:00Z\n", 0)]
    [InlineData("{0}\n{1}\n", 1)]
    [InlineData("{0} yesterday\n{1}\n", 1)]
    [InlineData("{0} 2026-11-24T16:00:00Z\n{1} \n# end\n", 3)]
    [InlineData("{0} 2026-11-24T16:00:00Z\n{1}0\n", 2)]
    [InlineData("{0} 2026-11-24T16:00:00Z\nkey\n{1}\n", 2)]
    public void Lines_AreKeysAndTimes(string form, int wrongLine)
    {
        var path = _folder.Write("address.key", string.Format(null, form, new string('a', 64), new string('B', 64)));
        File.SetUnixFileMode(path, UnixFileMode.UserRead);

        if (wrongLine == 0)
        {
            Assert.Equal(2, AddressKey.Load(path).Generation);
            return;
        }

        Assert.Equal(
            $"address key {path}: line {wrongLine} must hold 64 hexadecimal digits and (except on the last line) a "
            + $"time; " +
            "restore the file from a backup or another host",
            Assert.Throws<ResponderException>(() => AddressKey.Load(path)).Message);
    }

    [Fact]
    public void Fingerprint_TellsKeysApart()
    {
        AddressKey.Create(_folder.PathTo("a.key"));
        AddressKey.Create(_folder.PathTo("b.key"));
        var a = AddressKey.Load(_folder.PathTo("a.key"));

        Assert.Equal(a.Fingerprint, AddressKey.Load(_folder.PathTo("a.key")).Fingerprint);
        Assert.NotEqual(a.Fingerprint, AddressKey.Load(_folder.PathTo("b.key")).Fingerprint);
    }
}
