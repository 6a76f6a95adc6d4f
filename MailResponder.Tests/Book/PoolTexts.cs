using MailResponder.Book;

namespace MailResponder.Tests.Book;

public sealed class PoolTexts
{
    [Theory]
    [InlineData("", "")]
    [InlineData("no pool { } {", "no pool { } {")]
    [InlineData("{{a}}", "<a>")]
    [InlineData("x {{a}} y {{b}}{{a}} z", "x <a> y <b><a> z")]
    [InlineData("{{{{", "{{")]
    [InlineData("{{{{a}}", "{{a}}")]
    [InlineData("{{{{{{a}}}}", "{{<a>}}")]
    [InlineData("{{{a}}}", "<{a>}")]
    [InlineData("{{ a }}", "< a >")]
    [InlineData("{{a", "<a>")]
    [InlineData("{{", "<>")]
    [InlineData("}} {{}}", "}} <>")]
    public void EachName_IsReplaced(string text, string expected) =>
        Assert.Equal(expected, PoolText.Fill(text, name => $"<{name}>"));

    [Fact]
    public void Links_StandOneALineAndInHtmlAsLinks()
    {
        string[] links = ["https://a.example.net/?x=1&y='2'", "https://b.example.net/"];
        Assert.Equal("https://a.example.net/?x=1&y='2'\nhttps://b.example.net/", PoolText.Of(links, "plain"));
        const string escaped = "https://a.example.net/?x=1&amp;y=&#39;2&#39;";
        Assert.Equal($"<a href=\"{escaped}\">{escaped}</a><br>\n"
            + "<a href=\"https://b.example.net/\">https://b.example.net/</a>", PoolText.Of(links, "html"));
    }
}
