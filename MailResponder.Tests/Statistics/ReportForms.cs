using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Incoming;
using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

public sealed partial class ReportForms
{
    [Fact]
    public void Html_EscapesWhateverTheLogHolds()
    {
        var html = HtmlReport.Of(SampleReport.Of(
            new MadeLog().Replied("<script>alert(1)</script>&\"'@example.com", 5)) with
        {
            LogFile = "/var/log/<b>&.log",
            Version = "<i>",
            Problems = new() { ["ses"] = "<u>SES</u>" },
        });
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;@example.com", html,
            StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<u>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_NeedsNothingFromElsewhere()
    {
        var html = HtmlReport.Of(SampleReport.Of(
            new MadeLog().Replied("get@example.com", 50).Skipped(SkipReason.Spam, 3)));
        Assert.DoesNotMatch(Foreign(), html);
    }

    [Fact]
    public void Html_OpensAndClosesItsElements()
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(
            HtmlReport.Of(SampleReport.Of(new MadeLog().Replied("get@example.com", 50).Skipped(SkipReason.Spam)))))
        {
            var name = tag.Groups[2].Value;
            if (name is "meta" or "DOCTYPE") continue;
            if (tag.Groups[1].Length == 0) open.Push(name);
            else Assert.Equal(open.Pop(), name);
        }
        Assert.Empty(open);
    }

    [Fact]
    public void Html_DrawsBarsByTheirShareOfTheLongest()
    {
        var html = HtmlReport.Of(SampleReport.Of(
            new MadeLog().Replied("get@example.com", 100).Replied("links@example.com", 25)));
        Assert.Equal(["100%", "25%", "100%"], Bar().Matches(html).Select(bar => bar.Groups[1].Value));
    }

    [Fact]
    public void Text_HasNoControlCharacters() =>
        Assert.DoesNotContain('\u001b',
            TextReport.Of(SampleReport.Of(new MadeLog().Replied("\u001b[31m@example.com", 9))));

    [Fact]
    public void Text_FitsATerminal() =>
        Assert.All(
            TextReport.Of(SampleReport.Of(
            new MadeLog().Replied("get@example.com", 100_000).Skipped(SkipReason.Spam, 3).Deferred(Cause.Send)))
            .Split('\n'),
            line => Assert.InRange(line.Length, 0, 100));

    [Fact]
    public void PartThatCouldNotBeHad_SaysSoInEveryForm()
    {
        var report = SampleReport.Of(new MadeLog()) with
        {
            Problems = new() { ["ses"] = "no connection", ["queue"] = "postqueue failed" },
        };
        Assert.Contains("Not available: no connection", TextReport.Of(report), StringComparison.Ordinal);
        Assert.Contains("Not available: postqueue failed", HtmlReport.Of(report), StringComparison.Ordinal);
        var json = JsonNode.Parse(JsonReport.Of(report))!;
        Assert.Equal(("no connection", "postqueue failed"),
            ((string?)json["problems"]!["ses"], (string?)json["problems"]!["queue"]));
        Assert.Null(json["ses"]);
    }

    [Theory]
    [InlineData(1000, 39, 0, false, false)]
    [InlineData(1000, 40, 0, true, false)]
    [InlineData(100_000, 0, 79, false, false)]
    [InlineData(100_000, 0, 80, false, true)]
    [InlineData(1000, 50, 1, true, true)]
    [InlineData(0, 0, 0, false, false)]
    public void NearTheLimitsOfSes_TheReportWarns(
        long deliveries, long bounces, long complaints, bool ofBounces, bool ofComplaints)
    {
        var warnings = SampleReport.WithSes(new SesSpan(7, deliveries, bounces, complaints, 0)).Warnings;
        Assert.Equal(ofBounces, warnings.Any(
            warning => warning.Contains("bounced: Amazon SES reviews an account at 5.00%", StringComparison.Ordinal)));
        Assert.Equal(ofComplaints, warnings.Any(
            warning => warning.Contains("caused complaints: Amazon SES reviews an account at 0.10%",
            StringComparison.Ordinal)));
    }

    [GeneratedRegex("<(script|img|svg|link|style|iframe)|https?://|url\\(|@import", RegexOptions.IgnoreCase)]
    private static partial Regex Foreign();

    [GeneratedRegex("<!?(/?)([a-zA-Z0-9]+)[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("bgcolor=\"#2f7d6b\" style=\"width:(\\d+%)")]
    private static partial Regex Bar();
}
