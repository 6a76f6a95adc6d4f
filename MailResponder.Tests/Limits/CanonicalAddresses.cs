using System.Security.Cryptography;
using System.Text;
using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Tests.Limits;

public sealed class CanonicalAddresses : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("joe@example.net", "joe@example.net")]
    [InlineData("JOE@Example.NET", "joe@example.net")]
    [InlineData("joe@example.net.", "joe@example.net")]
    [InlineData("joe+tag@example.net", "joe@example.net")]
    [InlineData("joe+a+b@example.net", "joe@example.net")]
    [InlineData("+joe@example.net", "+joe@example.net")]
    [InlineData("j.o.e@example.net", "j.o.e@example.net")]
    [InlineData("j.o.e@gmail.com", "joe@gmail.com")]
    [InlineData("J.Oe+tag@GoogleMail.com", "joe@gmail.com")]
    [InlineData("...@gmail.com", "...@gmail.com")]
    [InlineData("joe@bücher.example", "joe@xn--bcher-kva.example")]
    [InlineData("joe@BÜCHER.example", "joe@xn--bcher-kva.example")]
    [InlineData("joe@xn--bcher-kva.example", "joe@xn--bcher-kva.example")]
    [InlineData("joe@mail.gmail.com", "joe@mail.gmail.com")]
    public void Spellings_OfOneMailboxAreOne(string address, string expected)
    {
        Assert.True(CanonicalAddress.TryGet(address, out var canonical, out var domain));

        Assert.Equal(expected, canonical);
        Assert.Equal(expected[(expected.IndexOf('@', StringComparison.Ordinal) + 1)..], domain);
    }

    [Theory]
    [InlineData("")]
    [InlineData("joe")]
    [InlineData("@example.net")]
    [InlineData("joe@")]
    [InlineData("joe@localhost")]
    [InlineData("joe@exam ple.net")]
    [InlineData("joe@[192.0.2.1]")]
    public void TextWithoutLocalPartOrWholeDomain_IsNone(string address) =>
        Assert.False(CanonicalAddress.TryGet(address, out _, out _));

    [Fact]
    public void Hashes_AreThoseOfTheCanonicalAddress()
    {
        var key = Key("a.key");

        Assert.Equal(key.Requester("joe@gmail.com")!.Address, key.Requester("J.O.E+x@googlemail.com")!.Address);
        Assert.NotEqual(key.Requester("joe@gmail.com")!.Address, key.Requester("jo@gmail.com")!.Address);
        Assert.Null(key.Requester("joe"));
    }

    [Fact]
    public void Hashes_CannotBeMadeWithoutTheKey()
    {
        var hash = Key("a.key").Requester("joe@example.net")!.Address;

        Assert.NotEqual(Key("b.key").Requester("joe@example.net")!.Address, hash);
        foreach (var guess in new[] { "joe@example.net", "address\0joe@example.net" })
        {
            Assert.NotEqual(SHA256.HashData(Encoding.UTF8.GetBytes(guess)), hash);
            Assert.NotEqual(HMACSHA256.HashData(new byte[32], Encoding.UTF8.GetBytes(guess)), hash);
        }
    }

    [Fact]
    public void DomainHashes_AreOfItAndOfThoseAboveIt()
    {
        var key = Key("a.key");

        var requester = key.Requester("joe@a.b.example.net")!;

        Assert.Equal([key.Domain("a.b.example.net"), key.Domain("b.example.net"), key.Domain("example.net")], requester.Domains);
        Assert.Equal("a.b.example.net", requester.DomainName);
    }

    [Fact]
    public void AddressAndDomain_HaveHashesOfTheirOwn()
    {
        var key = Key("a.key");

        Assert.NotEqual(key.Domain("joe@example.net"), key.Requester("joe@example.net")!.Address);
    }

    private AddressKey Key(string file) => AddressKey.LoadOrCreate(_folder.PathTo(file), new DatabaseSettings(_folder.PathTo("none.db"), null));
}
