using System.Text.Json;
using MailResponder.Settings;

namespace MailResponder.Tests.Settings;

/// <summary>
/// A region becomes a part of the name of a host. Servers other than Amazon's have regions of any form.
/// </summary>
public sealed class S3Regions : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("auto")]
    [InlineData("fr-par")]
    [InlineData("US")]
    public void Region_IsAnyPartOfTheNameOfAHost(string region) => Assert.Empty(Check(region));

    [Theory]
    [InlineData("eu west")]
    [InlineData("eu-west-1\n")]
    [InlineData("eu-west-1 ")]
    [InlineData("a/b")]
    [InlineData("a?b")]
    [InlineData("a@b")]
    [InlineData("a:1")]
    [InlineData("auto.")]
    [InlineData("région")]
    [InlineData("x123456789012345678901234567890123456789012345678901234567890123456789")]
    public void RegionThatMakesNoHostName_IsAFault(string region)
    {
        var shown = region.Replace("\n", "\\u000a", StringComparison.Ordinal);

        Assert.Equal(
            $"settings.json:5: s3.region: \"{shown}\" is not a region; write it like \"eu-west-1\", without spaces",
            Assert.Single(Check(region)));
    }

    private List<string> Check(string region)
    {
        var path = _folder.Write("settings.json", $$"""
            { "own_domains": ["example.com"], "response_from": "get-help@example.com",
              "bounce_address": "bounces@example.com", "address_key_file": "address.key",
              "database": { "sqlite": "responder.db" }, "response_book": "responses.json", "send_method": "outbox",
              "s3": { "book_bucket": "b", "book_key": "k",
                "region": {{JsonSerializer.Serialize(region)}} }
            }
            """);
        var faults = new List<Fault>();
        SettingsFile.Check(path, faults);
        return [.. faults.Select(fault => (fault with { File = "settings.json" }).ToString())];
    }
}
