using System.Text.Json.Nodes;
using MailResponder.Tests.Book.Signature;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Program;

/// <summary>How a message is answered from files on the host when `signed_by` is set.</summary>
public sealed class SignedBookTests : IClassFixture<Minisign>, IDisposable
{
    private readonly Minisign _minisign;
    private readonly Workplace _place = new();

    public SignedBookTests(Minisign minisign)
    {
        _minisign = minisign;
        _place.Settings["signed_by"] = new JsonArray(minisign.PublicKey);
        _place.Write();
        Sign();
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void SignedBook_Answers()
    {
        Filter().AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
        Check(0, $"signed_by: {_minisign.Key.Id}");
    }

    [Fact]
    public void BookByHand_NeedsItsSignature()
    {
        File.Delete(_place.PathTo("responses.json.minisig"));
        AssertDeferred("4.3.5 ", "responses.json.minisig: does not exist; signed_by is set");
        Check(65, "responses.json.minisig: does not exist");
        Sign();
        Filter().AssertDone();
    }

    [Fact]
    public void UnsignedBook_IsNotShownAsIfItWereInForce()
    {
        File.Delete(_place.PathTo("responses.json.minisig"));
        var run = _place.Command("config", "show");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("responses.json.minisig: does not exist", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>The same happens after a fault in its text.</summary>
    [Fact]
    public void ChangedBook_LeavesTheLastGoodOneInForce_AndTells()
    {
        Render();
        _place.Book[0]!["body"] = "Forged links\n";
        _place.Write();
        Filter().AssertDone();
        Assert.Contains("https://example.com/tools", File.ReadAllText(_place.Outbox[0]), StringComparison.Ordinal);
        Assert.Contains(_place.Log.Lines, line => line.StartsWith("<131>", StringComparison.Ordinal)
            && line.Contains("does not match the file", StringComparison.Ordinal));
        Check(65, "responses.json.minisig: does not match the file");
        Assert.DoesNotContain(
            "signed: " + _place.PathTo("responses.json"), _place.Command("config", "check").OutputText,
            StringComparison.Ordinal);
    }

    [Fact]
    public void BookRenderedBeforeTheKeys_IsNotTrusted()
    {
        _place.Settings.Remove("signed_by");
        _place.Book[0]!["body"] = "Forged links\n";
        _place.Write();
        Render();
        _place.Settings["signed_by"] = new JsonArray(_minisign.PublicKey);
        File.WriteAllText(_place.SettingsFile, _place.Settings.ToJsonString());
        AssertDeferred("4.3.5 ", "does not match the file");
    }

    /// <summary>
    /// The file keeps its size and time, and may have been rendered. The entry that has it waits; the other is sent.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ChangedAttachment_IsNotSent(bool rendered)
    {
        if (rendered) Render();
        var file = _place.PathTo("files/tools/tool.zip");
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, new byte[_place.Attachment.Length]);
        File.SetLastWriteTimeUtc(file, time);

        var mail = RequestMail.FromSomebodyNew();
        var run = _place.Filter(mail);
        run.AssertDeferred("4.3.0 ");
        Assert.Single(_place.Outbox);
        Assert.Contains("tools/tool.zip is not the file that was signed", _place.Log.Reports[^1],
            StringComparison.Ordinal);
        Check(65, "entry 2, attachments: tools/tool.zip is not the file that was signed");

        File.WriteAllBytes(file, _place.Attachment);
        _place.Filter(mail).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
    }

    [Theory]
    [InlineData("SHA256SUMS", "SHA256SUMS: does not exist")]
    [InlineData("SHA256SUMS.minisig", "SHA256SUMS.minisig: does not exist")]
    public void AttachmentWithoutItsHash_IsNotSent(string file, string words)
    {
        File.Delete(_place.PathTo(file));
        AssertDeferred("4.3.0 ", words);
        Assert.Single(_place.Outbox);
    }

    /// <summary>A file is checked against its hash once for each state of the file, not for each message.</summary>
    [Fact]
    public void RenderedReply_NeedsNoHash()
    {
        Render();
        File.Delete(_place.PathTo("SHA256SUMS"));
        Filter().AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
    }

    [Fact]
    public void Install_TakesBookListAndSignatures_OrNothing()
    {
        _place.Book[0]!["body"] = "Other links\n";
        Directory.CreateDirectory(_place.PathTo("new"));
        var file = _place.PathTo("new/responses.json");
        File.WriteAllText(file, _place.Book.ToJsonString());
        var before = File.ReadAllText(_place.PathTo("responses.json"));
        var unsigned = _place.Command("config", "install", file);
        Assert.Equal(65, unsigned.ExitCode);
        Assert.Contains("new/responses.json.minisig: does not exist", unsigned.Errors, StringComparison.Ordinal);
        Assert.Contains("new/SHA256SUMS: does not exist", unsigned.Errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_place.PathTo("responses.json")));

        _minisign.Sign(file);
        foreach (var name in (string[])["SHA256SUMS", "SHA256SUMS.minisig"])
            File.Copy(_place.PathTo(name), _place.PathTo("new/" + name));
        var signed = _place.Command("config", "install", file);
        Assert.True(signed.ExitCode == 0, signed.Errors);
        Filter().AssertDone();
        Assert.Contains("Other links", File.ReadAllText(_place.Outbox[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void OldSignature_IsAWarning()
    {
        _place.Settings["signed_max_age_days"] = 30;
        _place.Write();
        Assert.DoesNotContain("signed_max_age_days", _place.Command("config", "check").OutputText,
            StringComparison.Ordinal);
        _minisign.Sign(_place.PathTo("responses.json"), DateTimeOffset.UtcNow.AddDays(-31));
        Check(0, "more than 30 days ago (signed_max_age_days)");
        Filter().AssertDone();
    }

    [Fact]
    public void Backup_HasTheSignatures()
    {
        Filter().AssertDone();
        var archive = _place.PathTo("backup.tar.gz");
        var run = _place.Command("backup", archive);
        Assert.True(run.ExitCode == 0, run.Errors);
        string[] files = ["SHA256SUMS.minisig", "SHA256SUMS", "responses.json.minisig"];
        Array.ForEach(files, file => File.Delete(_place.PathTo(file)));
        run = _place.Command("restore", archive, "--replace");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.All(files, file => Assert.True(File.Exists(_place.PathTo(file))));
        Check(0, $"responses.json by {_minisign.Key.Id} on ");
    }

    private void Sign()
    {
        _minisign.Sign(_place.PathTo("responses.json"));
        ToolRun.Of("sh", "-c", $"cd {_place.PathTo("files")} && sha256sum tools/* >../SHA256SUMS").AssertDone();
        _minisign.Sign(_place.PathTo("SHA256SUMS"));
    }

    private void Render()
    {
        Thread.Sleep(150);
        Filter().AssertDone();
        Filter().AssertDone();
        foreach (var reply in _place.Outbox)
            File.Delete(reply);
    }

    private ProgramRun Filter() => _place.Filter(RequestMail.FromSomebodyNew());

    private void AssertDeferred(string notice, string problem)
    {
        var run = Filter();
        run.AssertDeferred(notice);
        Assert.Contains(problem, _place.Log.Reports[^1], StringComparison.Ordinal);
    }

    private void Check(int code, string words)
    {
        var run = _place.Command("config", "check");
        Assert.Contains(words, run.OutputText, StringComparison.Ordinal);
        Assert.Equal(code, run.ExitCode);
    }
}
