using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Doctor;
using MailResponder.Settings;
using MailResponder.Tests.Book.Signature;
using MailResponder.Tests.Doctor;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>
/// What an attacker who can write to the bucket can do when `signed_by` is set. Each test begins with a signed book and
/// its attachment in force, and at its end both are unchanged.
/// </summary>
public sealed class SignedPullTests(S3Server server, Minisign minisign)
    : IClassFixture<S3Server>, IClassFixture<Minisign>
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UtcNow.AddDays(-10);

    [Fact]
    public void SignedFiles_AreInForce_AndStandInConfigCheck()
    {
        using var host = Host();
        Assert.Equal("files: 0 fetched, 5 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, host.Place.Outbox.Count);

        var check = host.Place.Command("config", "check");
        Assert.Equal(0, check.ExitCode);
        Assert.Contains($"signed_by: {minisign.Key.Id}\n", check.OutputText, StringComparison.Ordinal);
        foreach (var file in (string[])["responses.json", "SHA256SUMS"])
        {
            Assert.Contains(
                $"signed: {host.Place.PathTo("cache/" + file)} by {minisign.Key.Id} on {Then:yyyy-MM-dd HH:mm:ss} UTC, "
                + "with the comment \"timestamp:", check.OutputText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NewBookAndNewAttachment_ComeTogether()
    {
        using var host = Host();
        Upload(host, "A new one", PulledHost.Content(2000, 2), Then.AddDays(1));
        Assert.Equal("files: 5 fetched, 0 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
        Assert.Contains("A new one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
        Assert.Equal(PulledHost.Content(2000, 2), File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));
    }

    [Fact]
    public void BookOfAnother_IsRefused()
    {
        using var host = Host();
        host.UploadBookSaying("Another program");
        AssertRefused(host, "book.json.minisig: does not match the file");
    }

    [Fact]
    public void BookSignedByAnother_IsRefused()
    {
        using var host = Host();
        using var other = new Minisign();
        host.UploadBookSaying("Another program");
        server.Put(host.ConfigBucket, "book.json.minisig", other.SignatureOf(Book(host), "book.json"));
        AssertRefused(host, $"book.json.minisig: is by the key {other.Key.Id}, but signed_by has {minisign.Key.Id}");
    }

    /// <summary>The name of a key is not secret, so an attacker can make another key with the same name.</summary>
    [Fact]
    public void KeyOfAnotherUnderOurName_IsRefused()
    {
        using var host = Host();
        using var other = new Minisign();
        var lines = Encoding.UTF8.GetString(other.SignatureOf(Book(host), "book.json")).Split('\n');
        var signature = Convert.FromBase64String(lines[1]);
        Convert.FromBase64String(minisign.PublicKey).AsSpan(2, 8).CopyTo(signature.AsSpan(2));
        lines[1] = Convert.ToBase64String(signature);
        server.Put(host.ConfigBucket, "book.json.minisig", Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        AssertRefused(host, "book.json.minisig: was changed after it was signed");
    }

    [Theory]
    [InlineData("book.json.minisig")]
    [InlineData("SHA256SUMS")]
    [InlineData("SHA256SUMS.minisig")]
    public void MissingFile_IsRefused(string key)
    {
        using var host = Host();
        server.Delete(host.ConfigBucket, key);
        AssertRefused(host, $"/{key}: there is no such object; upload it, or correct the name (signed_by is set");
    }

    [Theory]
    [InlineData("book.json.minisig", 1 << 14)]
    [InlineData("SHA256SUMS", 1 << 20)]
    [InlineData("SHA256SUMS.minisig", 1 << 14)]
    public void HugeFile_IsNotFetched(string key, int most)
    {
        using var host = Host();
        server.Put(host.ConfigBucket, key, new byte[most + 1]);
        AssertRefused(host, $"/{key}: has {most + 1} bytes or more, and a file of this kind has at most {most}");
    }

    [Fact]
    public void ListInPlaceOfTheBook_IsRefused()
    {
        using var host = Host();
        Swap(host, "SHA256SUMS", "book.json");
        Swap(host, "SHA256SUMS.minisig", "book.json.minisig");
        AssertRefused(host, "book.json.minisig: is the signature of a file named SHA256SUMS, not book.json");
    }

    [Fact]
    public void BookInPlaceOfTheList_IsRefused()
    {
        using var host = Host();
        Swap(host, "book.json", "SHA256SUMS");
        Swap(host, "book.json.minisig", "SHA256SUMS.minisig");
        AssertRefused(host, "SHA256SUMS.minisig: is the signature of a file named book.json, not SHA256SUMS");
    }

    /// <summary>If the signer left the names out, only the form distinguishes the two files.</summary>
    [Fact]
    public void SignaturesWithoutNames_AreNoWayIn()
    {
        using var host = Host();
        var comment = $"timestamp:{Then.AddDays(2).ToUnixTimeSeconds()}";
        var sums = Get(host, "SHA256SUMS");
        server.Put(host.ConfigBucket, "SHA256SUMS", Book(host));
        server.Put(host.ConfigBucket, "SHA256SUMS.minisig", minisign.SignatureOf(Book(host), "x", comment: comment));
        AssertRefused(host, "SHA256SUMS: ends in the middle of a line");
        server.Put(host.ConfigBucket, "book.json", sums);
        server.Put(host.ConfigBucket, "book.json.minisig", minisign.SignatureOf(sums, "x", comment: comment));
        AssertRefused(host, "book.json:1: is not valid JSON");
    }

    [Fact]
    public void OlderBook_IsRefused_UntilItIsAllowed()
    {
        using var host = Host();
        Upload(host, "The old one", PulledHost.Content(1000, 1), Then.AddSeconds(-1));
        AssertRefused(host, "book.json.minisig: was signed on ");
        var run = host.Pull("--allow-older");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("The old one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
        Assert.Equal(0, host.Pull().ExitCode);
    }

    [Fact]
    public void OlderList_IsRefused_UntilItIsAllowed()
    {
        using var host = Host();
        Upload(host, "A new one", PulledHost.Content(2000, 2), Then.AddSeconds(-1));
        server.Put(host.ConfigBucket, "book.json.minisig",
            minisign.SignatureOf(Book(host), "book.json", Then.AddDays(1)));
        AssertRefused(host, "SHA256SUMS.minisig: was signed on ");
        Assert.Equal(0, host.Pull("--allow-older").ExitCode);
        Assert.Equal(PulledHost.Content(2000, 2), File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));
    }

    [Fact]
    public void SignatureOfADayToCome_IsRefused()
    {
        using var host = Host();
        Upload(host, "A new one", PulledHost.Content(1000, 1), DateTimeOffset.UtcNow.AddDays(2));
        AssertRefused(host, "which is in the future");
    }

    [Fact]
    public void AttachmentOfAnother_IsRefused_WithTheWholePull()
    {
        using var host = Host();
        Upload(host, "A new one", PulledHost.Content(2000, 2), Then.AddDays(1));
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(2000, 3));
        AssertRefused(host, $"entry 2, attachments: {host.FilesBucket}/a.bin is not the file that was signed");
    }

    [Fact]
    public void AttachmentThatIsNotListed_IsRefused_WithTheWholePull()
    {
        using var host = Host();
        server.Put(host.FilesBucket, "b.bin", PulledHost.Content(2000, 2));
        host.UploadBookSaying("A new one", (host.FilesBucket, "a.bin"), (host.FilesBucket, "b.bin"));
        server.Put(host.ConfigBucket, "book.json.minisig",
            minisign.SignatureOf(Book(host), "book.json", Then.AddDays(1)));
        AssertRefused(host, $"entry 3, attachments: {host.FilesBucket}/b.bin is not listed in ");
    }

    [Theory]
    [InlineData("../{0}", "names \"../")]
    [InlineData("/{0}", "names \"/")]
    public void NameThatLeavesItsFolder_IsRefused(string name, string words)
    {
        using var host = Host();
        Sums(host, [(string.Format(null, name, host.FilesBucket + "/a.bin"), PulledHost.Content(1000, 1))], Then);
        AssertRefused(host, words);
    }

    /// <summary>If each list also lists its book, an old list with old programs is refused for a new book.</summary>
    [Fact]
    public void ListOfAnotherBook_IsRefused()
    {
        using var host = Host();
        Sums(host, [(host.FilesBucket + "/a.bin", PulledHost.Content(1000, 1)),
            (host.ConfigBucket + "/book.json", Book(host))], Then.AddDays(1));
        Assert.Equal(0, host.Pull().ExitCode);
        host.UploadBookSaying("A new one", (host.FilesBucket, "a.bin"));
        server.Put(host.ConfigBucket, "book.json.minisig",
            minisign.SignatureOf(Book(host), "book.json", Then.AddDays(2)));
        AssertRefused(host, $"SHA256SUMS: lists a different version of {host.ConfigBucket}/book.json");
    }

    [Fact]
    public void KeysAreChanged_WithoutARefusedPull()
    {
        using var host = Host();
        using var next = new Minisign();
        host.Place.Settings["signed_by"] = new JsonArray(minisign.PublicKey, next.PublicKey);
        host.Place.Write();
        Assert.Equal(0, host.Pull().ExitCode);
        Upload(host, "By the next key", PulledHost.Content(2000, 2), Then.AddDays(1), next);
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.Settings["signed_by"] = new JsonArray(next.PublicKey);
        host.Place.Write();
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Contains("By the next key", File.ReadAllText(host.Place.Outbox[0]), StringComparison.Ordinal);
    }

    /// <summary>The thief signs with tomorrow's date, so that none of our signatures would be newer.</summary>
    [Fact]
    public void StolenKey_CountsForNothingWhenItIsTakenOut()
    {
        using var host = Host();
        using var next = new Minisign();
        Upload(host, "A forged one", PulledHost.Content(2000, 2), DateTimeOffset.UtcNow.AddHours(23));
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.Settings["signed_by"] = new JsonArray(next.PublicKey);
        host.Place.Write();
        var mail = RequestMail.FromSomebodyNew();
        host.Place.Filter(mail).AssertDeferred("4.3.5 ");
        Assert.Empty(host.Place.Outbox);
        Assert.EndsWith("no good book is in force, and all messages wait\n", host.Pull().OutputText,
            StringComparison.Ordinal);
        Upload(host, "Ours", PulledHost.Content(1000, 1), Then, next);
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.Filter(mail).AssertDone();
        Assert.Contains("Ours", File.ReadAllText(host.Place.Outbox[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{ \"email_addr\": \"get@example.com\", \"body\": \"Links\", \"attachments\": null }]")]
    [InlineData("{ \"attachments\": \"off\", \"entries\": [{ \"email_addr\": \"get@example.com\", \"body\": \"Links\", "
        + "\"attachments\": [[\"files\", \"gone.bin\", \"tool.bin\"]] }] }")]
    public void BookThatSendsNoAttachments_NeedsNoList(string book)
    {
        using var host = new PulledHost(server);
        host.Place.Settings["signed_by"] = new JsonArray(minisign.PublicKey);
        host.Place.Write();
        host.UploadBook(book);
        server.Put(host.ConfigBucket, "book.json.minisig", minisign.SignatureOf(Book(host), "book.json"));
        Assert.Equal("files: 2 fetched, 0 unchanged\nmaps: changed\n", host.Pull().OutputText);
    }

    /// <summary>A host that was just set up fetches from S3 for its first message.</summary>
    [Fact]
    public void ColdCache_TakesNothingThatIsNotSigned()
    {
        using var host = new PulledHost(server);
        host.Place.Settings["signed_by"] = new JsonArray(minisign.PublicKey);
        host.Place.Write();
        host.UploadBookSaying("Forged");
        var mail = RequestMail.FromSomebodyNew();
        host.Place.Filter(mail).AssertDeferred();
        server.Put(host.ConfigBucket, "book.json.minisig", minisign.SignatureOf(Book(host), "book.json"));
        host.Place.Filter(mail).AssertDone();
    }

    private PulledHost Host()
    {
        var host = new PulledHost(server);
        host.Place.Settings["signed_by"] = new JsonArray(minisign.PublicKey);
        host.Place.Write();
        Upload(host, "The good one", PulledHost.Content(1000, 1), Then);
        var run = host.Pull();
        Assert.True(run.ExitCode == 0, run.Errors);
        return host;
    }

    private void Upload(PulledHost host, string text, byte[] attachment, DateTimeOffset time, Minisign? by = null)
    {
        server.Put(host.FilesBucket, "a.bin", attachment);
        Sums(host, [(host.FilesBucket + "/a.bin", attachment)], time, by);
        host.UploadBookSaying(text, (host.FilesBucket, "a.bin"));
        server.Put(host.ConfigBucket, "book.json.minisig",
            (by ?? minisign).SignatureOf(Book(host), "book.json", time));
    }

    private void Sums(PulledHost host, (string Name, byte[] Content)[] files, DateTimeOffset time, Minisign? by = null)
    {
        var list = Encoding.UTF8.GetBytes(string.Concat(files.Select(file =>
            $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.Content))}  {file.Name}\n")));
        server.Put(host.ConfigBucket, "SHA256SUMS", list);
        server.Put(host.ConfigBucket, "SHA256SUMS.minisig",
            (by ?? minisign).SignatureOf(list, "SHA256SUMS", time));
    }

    private void Swap(PulledHost host, string from, string to) => server.Put(host.ConfigBucket, to, Get(host, from));

    private byte[] Book(PulledHost host) => Get(host, "book.json");

    private byte[] Get(PulledHost host, string key)
    {
        using var response = server.Client.GetObjectAsync(host.ConfigBucket, key).GetAwaiter().GetResult();
        using var content = new MemoryStream();
        response.ResponseStream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>
    /// Asserts the exit code, the log and the doctor's finding, and that the files and the answer to a message are
    /// unchanged.
    /// </summary>
    private static void AssertRefused(PulledHost host, string words)
    {
        var before = Files(host);
        var run = host.Pull();
        Assert.True(run.ExitCode == 65, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
        Assert.EndsWith("the last good book stays in force\n", run.OutputText, StringComparison.Ordinal);
        // Facility local0, priority err.
        Patience.Until("the log has it", () => host.Place.Log.Lines.Any(line =>
            line.StartsWith("<131>", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal)));
        Assert.Equal(before, Files(host));
        host.AssertGoodBookInForce();
        var sent = host.Place.Outbox.Count;
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(sent + 2, host.Place.Outbox.Count);
        var settings = SettingsFile.Load(host.Place.SettingsFile);
        using var fake = new FakeHost();
        var machine = fake.Host with { Clock = TimeProvider.System };
        var finding = AwsChecks.S3(machine, settings).Single(finding => finding.Name == "s3-pull");
        Assert.Equal(FindingState.Fault, finding.State);
        Assert.StartsWith("pulls have been refused for 0 minutes: ", finding.Text, StringComparison.Ordinal);
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
    }

    private static string Files(PulledHost host) => ToolRun.Of("sh", "-c",
        $"cd {host.Place.PathTo("cache")}; find . -type f ! -name '.pull*' -exec sha256sum {{}} + | sort").AssertDone();
}
