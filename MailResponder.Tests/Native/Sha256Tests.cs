using System.Text;
using MailResponder.Native;

namespace MailResponder.Tests.Native;

public sealed class Sha256Tests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Hash_IsThatOfFips180(string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Sha256.HashData(Encoding.ASCII.GetBytes(text))));

    [Fact]
    public void Pieces_AreHashedAsOne()
    {
        var hash = new Sha256();
        for (var i = 0; i < 1000; i++)
            hash.Append("0123456789"u8);
        var whole = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 1000)));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(whole), hash.Finish());
    }

    /// <summary>RFC 4231, test cases 1 and 2.</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("4a656665", "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    public void Hmac_IsThatOfRfc4231(string key, string text, string expected)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Convert.ToHexStringLower(
            Sha256.Hmac(Convert.FromHexString(key), bytes[..3], bytes[3..])));
    }
}
