using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

/// <summary>No single request shows: addresses below the threshold are counted together.</summary>
public sealed class SmallCounts
{
    [Fact]
    public void AddressesBelowTheThreshold_AreMerged()
    {
        var figures = new MadeLog().Replied("get@example.com", 9).Replied("a@example.com", 4)
            .Replied("b@example.com", 3).Count();
        Assert.Equal([KeyValuePair.Create("get@example.com", 9L)], figures.Addresses);
        Assert.Equal(7, figures.Others);
    }

    [Fact]
    public void ASmallRemainder_TakesTheSmallestShownWithIt()
    {
        var figures = new MadeLog().Replied("get@example.com", 9).Replied("links@example.com", 6)
            .Replied("secret@example.com").Count();
        Assert.Equal([KeyValuePair.Create("get@example.com", 9L)], figures.Addresses);
        Assert.Equal(7, figures.Others);
    }

    [Fact]
    public void WithNoOtherAddress_NoneIsNamed()
    {
        var figures = new MadeLog().Replied("secret@example.com", 4).Count();
        Assert.Empty(figures.Addresses);
        Assert.Equal(4, figures.Others);
    }

    [Fact]
    public void AtTheThreshold_AnAddressIsNamed() =>
        Assert.Equal([KeyValuePair.Create("get@example.com", 5L)],
            new MadeLog().Replied("get@example.com", 5).Count().Addresses);

    [Fact]
    public void TheThresholdIsTheOperators() =>
        Assert.Equal(2, new MadeLog().Replied("get@example.com", 3).Replied("b@example.com", 2)
            .Count(threshold: 2).Addresses.Count);

    [Fact]
    public void NoFormNamesAMergedAddress()
    {
        var report = SampleReport.Of(new MadeLog().Replied("get@example.com", 9).Replied("secret@example.com", 4)
            .Replied("rare@example.com", 1));
        Assert.All((string[])[TextReport.Of(report), HtmlReport.Of(report), JsonReport.Of(report)], form =>
        {
            Assert.Contains("get@example.com", form, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", form, StringComparison.Ordinal);
            Assert.DoesNotContain("rare", form, StringComparison.Ordinal);
        });
    }
}
