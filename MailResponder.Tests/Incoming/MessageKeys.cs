using System.Text;
using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Incoming;

/// <summary>
/// The message key distinguishes a retry, which Postfix delivers with the same bytes, from another message.
/// </summary>
public sealed class MessageKeys : IDisposable
{
    private const string Mail = "From: joe@example.net\nTo: get@example.com\nSubject: help\n\nbody\n";
    private const string Address = "get@example.com";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SameBytes_HaveTheSameKey() => Assert.Equal(KeyOf(Mail), KeyOf(Mail));

    [Fact]
    public void MboxLine_DoesNotCount() =>
        Assert.Equal(KeyOf(Mail), KeyOf("From joe@example.net Mon Mar  2 08:15:00 2026\n" + Mail));

    [Fact]
    public void Body_DoesNotCount() => Assert.Equal(KeyOf(Mail), KeyOf(Mail + "more\n"));

    [Theory]
    [InlineData("Subject: help\n", "Subject: help \n")]
    [InlineData("Subject: help\n", "Subject: Help\n")]
    [InlineData("Subject: help\n", "")]
    public void AnotherHeaderByte_GivesAnotherKey(string text, string changed) =>
        Assert.NotEqual(KeyOf(Mail), KeyOf(Mail.Replace(text, changed, StringComparison.Ordinal)));

    [Fact]
    public void AnotherRequestedAddress_GivesAnotherKey() =>
        Assert.NotEqual(KeyOf(Mail), KeyOf(Mail, "get@example.org"));

    [Fact]
    public void AddressAndHeaders_DoNotRunTogether() =>
        Assert.NotEqual(KeyOf("m: 1\n", "get@example.co"), KeyOf(": 1\n", "get@example.com"));

    [Fact]
    public void AnotherKeyFile_GivesAnotherKey() => Assert.NotEqual(KeyOf(Mail), KeyOf(Mail, keyFile: "other.key"));

    private byte[] KeyOf(string mail, string address = Address, string keyFile = "address.key")
    {
        var message = IncomingMessage.Read(new MemoryStream(Encoding.ASCII.GetBytes(mail)));
        return AddressKey.LoadOrCreate(_folder.PathTo(keyFile), new DatabaseSettings(_folder.PathTo("none.db"), null))
            .Message(message.HeaderBlock, address).Value;
    }
}
