using MailResponder.Addresses;

namespace MailResponder.Tests.Addresses;

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
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("stra\u00DFe.example", "xn--strae-oqa.example")]
    [InlineData("σοφός.example", "xn--0xagbn4a.example")]
    [InlineData("mañana.Испытание", "xn--maana-pta.xn--80akhbyknj4f")]
    [InlineData("例〇.中国", "xn--w6jt26g.xn--fiqs8s")]
    [InlineData("한국.example", "xn--3e0b707e.example")]
    // A digit ends a label that is written right to left; in Persian a joiner stands between two letters.
    [InlineData("سایت1.example", "xn--1-ymcj8a85d.example")]
    [InlineData("سایت۱۲.example", "xn--mgbgz72d0fg.example")]
    [InlineData("می\u200Cخواهم.example", "xn--mgbn2ecje63gr19l.example")]
    [InlineData("x.இந்தியா", "x.xn--xkc2dl3a5ee0h")]
    [InlineData("বাংলা.ভারত", "xn--54b7fta0cc.xn--45brj9c")]
    [InlineData("x.ଭାରତ", "x.xn--3hcrj9c")]
    [InlineData("ഭാരതം.ഭാരതം", "xn--rvc1e0am3e.xn--rvc1e0am3e")]
    [InlineData("x.ලංකා", "x.xn--fzc2c9e2c")]
    [InlineData("ශ්\u200Dරී.ලංකා", "xn--10cl1a0b660p.xn--fzc2c9e2c")]
    [InlineData("फ\u093Cारसी.example", "xn--o2bkyoko.example")]
    [InlineData("خانه\u0654.example", "xn--mgbn7ee9d.example")]
    [InlineData("กุ้ง.example", "xn--12cm0msc.example")]
    [InlineData("भारत.भारत", "xn--h2brj9c.xn--h2brj9c")]
    public void OtherLetters_BecomeALabels(string text, string expected)
    {
        Assert.True(MailDomain.TryNormalize(text, out var domain));
        Assert.Equal(expected, domain);
        Assert.True(MailDomain.TryNormalize(expected, out domain));
        Assert.Equal(expected, domain);
    }

    [Theory]
    [InlineData("bu\u0308cher.example")]
    [InlineData("\u1112\u1161\u11ab.example")]
    // Marks in an order that differs from NFC's, and halves of one character.
    [InlineData("\u0645\u064F\u062D\u064E\u0645\u0651\u064E\u062F.example")]
    [InlineData("\u062A\u064F\u064D.example")]
    [InlineData("\u0E17\u0E48\u0E38.example")]
    [InlineData("\u05E9\u05C1\u05BC.example")]
    [InlineData("\u09C7\u09BE.example")]
    [InlineData("\u0627\u0654.example")]
    [InlineData("\u0627\u064B\u0654.example")]
    [InlineData("\u0928\u093C.example")]
    [InlineData("\u05E6-\u059E.example")]
    [InlineData("ｅｘａｍｐｌｅ.net")]
    [InlineData("example．net")]
    [InlineData("example。net")]
    [InlineData("example.net\u200B")]
    [InlineData("exam\u00ADple.net")]
    [InlineData("example.net\u00A0")]
    [InlineData("example.net\uFEFF")]
    [InlineData("ﬁrst.example")]
    [InlineData("ⓔxample.net")]
    [InlineData("𝐞xample.net")]
    [InlineData("STRA\u1E9EE.example")]
    [InlineData("İstanbul.example")]
    [InlineData("a\u200Cb.example")]
    [InlineData("\u0301a.example")]
    [InlineData("\uD800a.example")]
    [InlineData("a\uFFFDb.example")]
    [InlineData("☃.example")]
    [InlineData("שלוםa.example")]
    [InlineData("1שלום.example")]
    [InlineData("شبكة١1.example")]
    [InlineData("-ü.example")]
    [InlineData("ü-.example")]
    [InlineData("xn--ü.example")]
    [InlineData("ü_.example")]
    public void LettersThatOtherReadersMap_AreNoName(string text) => Assert.False(MailDomain.TryNormalize(text, out _));

    /// <summary>The test file of Unicode Technical Standard 46, from Debian's librust-idna-dev.</summary>
    [Fact]
    public void UnicodesTestFile_IsAgreedWithOrRefused()
    {
        var registry = new DirectoryInfo("/usr/share/cargo/registry");
        var file = registry.EnumerateDirectories("idna-*")
            .Select(folder => Path.Join(folder.FullName, "tests", "IdnaTestV2.txt")).Single(File.Exists);
        int taken = 0, lawful = 0;
        foreach (var line in File.ReadLines(file))
        {
            var columns = line.Split('#')[0].Split(';', StringSplitOptions.TrimEntries);
            if (columns.Length < 7 || System.Text.Ascii.IsValid(columns[0]))
                continue;
            var source = System.Text.RegularExpressions.Regex.Unescape(columns[0]);
            var unicode = columns[1].Length > 0 ? columns[1] : source;
            var ascii = columns[3].Length > 0 ? columns[3] : unicode;
            var isLawful = (columns[4].Length > 0 ? columns[4] : columns[2]) is "" or "[]" or "[V2]";
            // [V2] means hyphens in the third and fourth place. Other programs do not refuse a plain label with them
            // either. A single label is not a domain of a mail address, and an A-label stays as it is written.
            var suffix = source.TrimEnd('.').Contains('.') ? "" : ".example";
            if (source.Contains("xn--", StringComparison.OrdinalIgnoreCase))
                continue;
            lawful += isLawful ? 1 : 0;
            if (!MailDomain.TryNormalize(source.TrimEnd('.') + suffix, out var domain))
                continue;
            taken++;
            Assert.True(isLawful && domain == ascii.TrimEnd('.') + suffix, $"{line}\nbecame {domain}");
        }

        Assert.True(taken > lawful / 10, $"{taken} of {lawful} lawful names taken");
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
