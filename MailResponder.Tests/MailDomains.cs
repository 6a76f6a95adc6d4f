namespace MailResponder.Tests;

public sealed class MailDomains
{
    [Theory]
    [InlineData("example.com", true)]
    [InlineData("mail.example.com", true)]
    [InlineData("a.mail.example.com", true)]
    [InlineData("notexample.com", false)]
    [InlineData("example.com.net", false)]
    [InlineData("com", false)]
    [InlineData("b.org", true)]
    [InlineData("org", false)]
    public void BelowAListedOne_AreWithin(string domain, bool expected) =>
        Assert.Equal(expected, MailDomain.IsWithin(domain, ["example.com", "b.org"]));

    [Fact]
    public void EmptyList_HoldsNone() => Assert.False(MailDomain.IsWithin("example.com", []));

    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("مثال.example", "xn--mgbh0fb.example")]
    [InlineData("a_b.example", "a_b.example")]
    [InlineData("1.2.example", "1.2.example")]
    public void Names_HaveOneSpelling(string text, string expected)
    {
        Assert.True(MailDomain.TryNormalize(text, out var domain));
        Assert.Equal(expected, domain);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("localhost")]
    [InlineData(".example.com")]
    [InlineData("example..com")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a b.example")]
    [InlineData("a\n.example")]
    [InlineData("exa\0mple.com")]
    [InlineData("a@b.example")]
    [InlineData("[192.0.2.1]")]
    [InlineData("192.0.2.1")]
    [InlineData("0x7f.1")]
    [InlineData("example.com..")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void OtherText_IsNoName(string? text) => Assert.False(MailDomain.TryNormalize(text, out _));

    [Fact]
    public void LongName_IsNone() =>
        Assert.False(MailDomain.TryNormalize(string.Concat(Enumerable.Repeat("abcdefg.", 32)) + "example", out _));
}
