using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>
/// Pulls of a book that this host or its settings cannot use. It stays out of force, as `config check` would have it.
/// </summary>
public sealed class BookUseTests(S3Server server) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("get@example.com", ", \"send_method\": \"ses\"", "send_method: ses is not set in ")]
    [InlineData("get@example.com", ", \"send_method\": \"SMTP\"", "send_method: /nowhere/sendmail does not exist")]
    [InlineData("postmaster@example.com", "", "postmaster@example.com belongs to people")]
    [InlineData("support@example.com", "", "support@example.com belongs to people")]
    [InlineData("get-help@example.com", "", "get-help@example.com is the address that replies come from")]
    [InlineData("bounces@example.com", "", "bounces@example.com is the address that bounces go to")]
    [InlineData("over@example.com", "", "entry 2: is the same as entry 1 (line 2); remove one of them")]
    [InlineData("get@example.com", "", "has 0 entries for over@example.com; there must be one")]
    public void FaultOfUse_LeavesTheLastGoodBookInForce(string address, string more, string words)
    {
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["sendmail"] = "/nowhere/sendmail";
        host.Place.Settings["over_quota"] = "over@example.com";
        host.Place.Write();
        Upload(host, """{ "email_addr": "over@example.com", "body": "A new one", "attachments": null }""",
            $$"""{ "email_addr": "{{address}}"{{more}}, "body": "A new one", "attachments": null }""");
        if (words.Contains("0 entries", StringComparison.Ordinal))
            Upload(host, """{ "email_addr": "get@example.com", "body": "A new one", "attachments": null }""");

        AssertRefused(host, words);
    }

    [Fact]
    public void AttachmentTooLargeToSend_LeavesTheLastGoodBookInForce()
    {
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["sendmail"] = "/bin/true";
        host.Place.Write();
        server.Put(host.FilesBucket, "large.bin", new byte[20_000_000]);
        Upload(host, $$"""
            { "email_addr": "get@example.com", "body": "A new one", "send_method": "SMTP",
              "attachments": [["{{host.FilesBucket}}", "large.bin", "tool.bin"]] }
            """);

        AssertRefused(host, "attachments: encoded they are 26.1 MB, but large providers accept 25 MB");
    }

    [Fact]
    public void BucketWithTheNameOfThePullsFolder_IsRefused()
    {
        using var host = PulledHost.WithGoodBook(server);
        Upload(host, """
            { "email_addr": "get@example.com", "body": "A new one", "attachments": [[".pull", "a.bin", "tool.bin"]] }
            """);

        AssertRefused(host, "\".pull\": a bucket must not begin with a dot");
    }

    [Fact]
    public void WarningOfUse_IsPrintedWithANewBook_AndNotEachHour()
    {
        const string words = "warning: entry 1, email_addr: example.org is not in own_domains";
        using var host = PulledHost.WithGoodBook(server);
        Upload(host, """{ "email_addr": "get@example.org", "body": "A new one", "attachments": null }""");

        Assert.Contains(words, host.Pull("--check-only").Errors, StringComparison.Ordinal);
        var first = host.Pull();
        Assert.Equal(0, first.ExitCode);
        Assert.Contains(words, first.Errors, StringComparison.Ordinal);
        var second = host.Pull();
        Assert.Equal((0, ""), (second.ExitCode, second.Errors));
        Assert.Contains(words, host.Pull("--check-only").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void MessageThatFillsTheCache_PutsNoSuchBookInForce()
    {
        using var host = PulledHost.WithGoodBook(server);
        Upload(host, """{ "email_addr": "get@example.com", "body": "x", "send_method": "ses", "attachments": null }""");
        File.Delete(host.Cached(host.FilesBucket, "a.bin"));

        host.Place.Filter(RequestMail.FromSomebodyNew());
        Assert.Contains("The good one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);

        File.Delete(host.BookInForce);
        host.Place.Filter(RequestMail.FromSomebodyNew());
        Assert.False(File.Exists(host.BookInForce));
    }

    private static void Upload(PulledHost host, params string[] entries) =>
        host.UploadBook($"[\n{string.Join(",\n", entries)}\n]");

    private static void AssertRefused(PulledHost host, string words)
    {
        foreach (var more in (string[][])[["--check-only"], []])
        {
            var run = host.Pull(more);
            Assert.True(run.ExitCode == 65, $"{run.ExitCode}: {run.Errors}");
            Assert.Contains(words, run.Errors, StringComparison.Ordinal);
            Assert.Equal(more.Length > 0 ? "not good: it would not be put in force\n"
                : "nothing was changed: the last good book stays in force\n", run.OutputText);
        }

        host.AssertGoodBookInForce();
    }
}
