using System.Security.Cryptography;
using System.Text;
using MailResponder.Addresses;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Addresses;

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
    [InlineData("\"joe\"@example.net", "joe@example.net")]
    [InlineData("\"j\\oe+tag\"@example.net", "joe@example.net")]
    [InlineData("\"joe.\"@gmail.com", "joe@gmail.com")]
    [InlineData("\"\"@example.net", "\"\"@example.net")]
    [InlineData("j.o-e_+tag@proton.me", "joe@proton.me")]
    [InlineData("joe@pm.me", "joe@proton.me")]
    [InlineData("Joe@ProtonMail.com", "joe@proton.me")]
    [InlineData("joe@protonmail.ch", "joe@proton.me")]
    [InlineData("._-@proton.me", "._-@proton.me")]
    [InlineData("joe+tag@me.com", "joe@icloud.com")]
    [InlineData("joe@mac.com", "joe@icloud.com")]
    [InlineData("j.oe@icloud.com", "j.oe@icloud.com")]
    [InlineData("joe-smith@ya.ru", "joe.smith@yandex.ru")]
    [InlineData("joe.smith+tag@yandex.com.tr", "joe.smith@yandex.ru")]
    [InlineData("joesmith@yandex.ru", "joesmith@yandex.ru")]
    [InlineData("joe+tag@hotmail.com", "joe@hotmail.com")]
    [InlineData("joe@outlook.com", "joe@outlook.com")]
    [InlineData("joe+tag@fastmail.fm", "joe@fastmail.fm")]
    [InlineData("anything@joe.fastmail.com", "joe@fastmail.com")]
    [InlineData("any+thing@joe.sent.com", "joe@sent.com")]
    [InlineData("anything@more.joe.fastmail.com", "joe@fastmail.com")]
    [InlineData("anything@joe-smith.fastmail.com", "joe_smith@fastmail.com")]
    [InlineData("joe_smith@fastmail.com", "joe_smith@fastmail.com")]
    [InlineData("joe@notfastmail.com", "joe@notfastmail.com")]
    [InlineData("joe-shop@yahoo.com", "joe@yahoo.com")]
    [InlineData("joe-shop+x@yahoo.co.uk", "joe@yahoo.co.uk")]
    [InlineData("joe-smith@example.net", "joe-smith@example.net")]
    [InlineData("joe@foxmail.com", "joe@foxmail.com")]
    [InlineData("joe+tag@mail.ru", "joe@mail.ru")]
    [InlineData("joe@bk.ru", "joe@bk.ru")]
    public void Spellings_OfOneMailboxAreOne(string address, string expected)
    {
        Assert.True(CanonicalAddress.TryGet(address, out var canonical, out _, out _));

        Assert.Equal(expected, canonical);
    }

    [Theory]
    [InlineData("joe@GoogleMail.com.", "googlemail.com")]
    [InlineData("joe@pm.me", "pm.me")]
    [InlineData("any@joe.fastmail.com", "joe.fastmail.com")]
    public void Domain_IsTheAddressesOwn(string address, string expected)
    {
        Assert.True(CanonicalAddress.TryGet(address, out _, out _, out var domain));

        Assert.Equal(expected, domain);
    }

    [Fact]
    public void CanonicalOne_IsItsOwn()
    {
        string[] locals = ["joe", "j.o.e", "j-o_e", "a-b", "a_b", ".", "-", "+", "+a", "-a+b", "\"a\""];
        string[] domains = ["gmail.com", "pm.me", "me.com", "ya.ru", "live.com", "fastmail.fm", "joe.fastmail.fm",
            "yahoo.de", "example.net"];
        foreach (var address in locals.SelectMany(local => domains.Select(domain => $"{local}@{domain}")))
        {
            Assert.True(CanonicalAddress.TryGet(address, out var canonical, out _, out _));
            Assert.True(CanonicalAddress.TryGet(canonical, out var again, out _, out _));
            Assert.Equal(canonical, again);
        }
    }

    [Fact]
    public void Domain_IsOfOneProvider()
    {
        var domains = MailProviders.All.SelectMany(provider => provider.Domains).ToList();

        Assert.Equal(domains.Distinct(), domains);
        Assert.All(domains, domain => Assert.True(
            MailDomain.TryNormalize(domain, out var normal) && normal == domain, domain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("joe")]
    [InlineData("@example.net")]
    [InlineData("joe@")]
    [InlineData("joe@localhost")]
    [InlineData("joe@exam ple.net")]
    [InlineData("joe@[192.0.2.1]")]
    [InlineData("joe@192.0.2.1")]
    public void TextWithoutLocalPartOrWholeDomain_IsNone(string address) =>
        Assert.False(CanonicalAddress.TryGet(address, out _, out _, out _));

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

        Assert.Equal([key.Domain("a.b.example.net"), key.Domain("b.example.net"), key.Domain("example.net")],
            requester.Domains);
        Assert.Equal("a.b.example.net", requester.DomainName);
    }

    [Fact]
    public void AddressAndDomain_HaveHashesOfTheirOwn()
    {
        var key = Key("a.key");

        Assert.NotEqual(key.Domain("joe@example.net"), key.Requester("joe@example.net")!.Address);
    }

    private AddressKey Key(string file) =>
        AddressKey.LoadOrCreate(_folder.PathTo(file), new DatabaseSettings(_folder.PathTo("none.db"), null));
}
