using System.Text;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>A reply is the same whether or not it was rendered beforehand.</summary>
public sealed class SameReply : IDisposable
{
    private readonly RenderedPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(RenderedPlace.Address, "example.net")]
    [InlineData(RenderedPlace.FileAddress, "example.net")]
    [InlineData(RenderedPlace.FileAddress, "gmail.com")]
    public void RenderedOrNot_EveryByteIsTheSame(string address, string requesterDomain)
    {
        var plain = _place.Answer(address, requesterDomain, rendered: false);
        Assert.Equal(plain, _place.Answer(address, requesterDomain));
        RenderedPlace.Settle();

        Assert.Equal(plain, _place.Answer(address, requesterDomain));
        var files = _place.Files.ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.Equal(plain, _place.Answer(address, requesterDomain));

        Assert.Equal(address == RenderedPlace.Address ? 3 : 5, files.Count);
        Assert.Equal(files, _place.Files.ToDictionary(file => file, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void NamesForAProvider_AreAVariantOfTheirOwn()
    {
        RenderedPlace.Settle();
        _place.RenderAll();

        Assert.Equal(2, _place.Files.Count(file => file.EndsWith(".body", StringComparison.Ordinal)));
        Assert.Single(_place.Files, file => file.EndsWith(".base64", StringComparison.Ordinal));
        Assert.DoesNotContain("tool.exe\n", _place.Answer(RenderedPlace.FileAddress, "gmail.com"),
            StringComparison.Ordinal);
        Assert.Contains("filename=tool.exe\n", _place.Answer(RenderedPlace.FileAddress), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public void WrittenToAFile_IsTheSame(string folder)
    {
        RenderedPlace.Settle();
        var renderings = _place.Renderings();
        using var body = renderings.Body(
            Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress)), "example.net");
        using var expected = new MemoryStream();
        for (var i = 0; i < 2; i++)
        {
            expected.Write("before\n"u8);
            body.WriteTo(expected);
        }

        var path = Path.Join(folder, Guid.NewGuid().ToString("N"));
        using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose);
        for (var i = 0; i < 2; i++)
        {
            file.Write("before\n"u8);
            body.WriteTo(file);
        }

        file.Flush();
        Assert.Equal(expected.ToArray(), File.ReadAllBytes(path));
    }

    /// <summary>Only the text is made for each message, within the rendered frame.</summary>
    [Theory]
    [InlineData("get@example.com")]
    [InlineData("file@example.com")]
    public void EntryWithPools_IsTheSame(string address)
    {
        File.WriteAllText(_place.Settings.ResponseBook, """
            {
              "pools": { "mirrors": {
                "links": ["https://a.example.net/", "https://b.example.net/?x=1&y=2"], "each": 2, "days": 7 } },
              "entries": [
                { "email_addr": "get@example.com",
                  "body": [["plain", "سلام {{mirrors}}"], ["html", "<p>{{mirrors}}"]] },
                { "email_addr": "file@example.com", "body": "{{mirrors}}",
                  "attachments": [["tools", "tool.exe", "tool.exe"], ["tools", "tool.exe", "ابزار.exe"]] }
              ]
            }
            """);
        var key = AddressKey.Parse("key", new string('7', 64));
        var plain = Answer(rendered: false);
        Assert.Equal(plain, Answer(rendered: true));
        RenderedPlace.Settle();
        _place.RenderAll();

        Assert.Equal(plain, Answer(rendered: true));
        Assert.NotEmpty(_place.Files);
        Assert.DoesNotContain(_place.Files, file => file.EndsWith(".body", StringComparison.Ordinal));

        string Answer(bool rendered)
        {
            var renderings = _place.Renderings(rendered);
            using var body = renderings.Body(Assert.Single(renderings.Book().EntriesFor(address)), "example.net",
                new LinkShare(key, "joe@example.net", FixedClock.Start));
            using var written = new MemoryStream();
            body.WriteTo(written);
            Assert.Equal(body.Bytes, written.Length);
            return Convert.ToHexString(body.Hash) + Encoding.ASCII.GetString(body.Frame.Fields)
                + Encoding.ASCII.GetString(written.ToArray());
        }
    }

    [Fact]
    public void EntryWithoutItsAttachments_HasItsTextRendered()
    {
        RenderedPlace.Settle();
        _place.RenderAll();
        var renderings = _place.Renderings();
        var entry = Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress)) with { Attachments = [] };

        var text = Assert.IsType<RenderedEntry>(entry).Text;
        Assert.Same(text, renderings.Body(entry, "example.net"));
        Assert.Equal(MimeBody.Of(entry.Bodies).Hash, text.Hash);
    }

    [Theory]
    [InlineData(RenderedPlace.Address)]
    [InlineData(RenderedPlace.FileAddress)]
    public void SignatureOverRenderedBody_Verifies(string address)
    {
        using var folder = new TemporaryFolder();
        using var key = new TestKey();
        File.WriteAllText(folder.PathTo("key"), key.Pkcs8Pem);
        File.SetUnixFileMode(folder.PathTo("key"), UnixFileMode.UserRead);
        RenderedPlace.Settle();
        for (var i = 0; i < 2; i++)
        {
            var renderings = _place.Renderings();
            var entry = Assert.Single(renderings.Book().EntriesFor(address));
            using var reply = new ReplyComposer(_place.Settings, renderings, new FixedClock())
                .Compose(TestReply.Request(), entry, TestReply.MessageKey);
            ReplySigner.Create(new DkimSettings("example.com", "test", folder.PathTo("key")), new FixedClock())!
                .Sign(reply, withDateAndMessageId: i == 0);

            Assert.True(DkimJudges.Accept(SignedMail.Bytes(reply), key));
            Assert.True(DkimJudges.Accept(SignedMail.Bytes(reply, onWire: true), key));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(56)]
    [InlineData(57)]
    [InlineData(58)]
    [InlineData(57 * 1024)]
    [InlineData(57 * 1024 + 1)]
    [InlineData(200_000)]
    public void AttachmentOfAnyLength_IsTheSame(int length)
    {
        File.WriteAllBytes(_place.Attachment, [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))]);
        var plain = _place.Answer(RenderedPlace.FileAddress, rendered: false);
        RenderedPlace.Settle();
        for (var i = 0; i < 2; i++)
            Assert.Equal(plain, _place.Answer(RenderedPlace.FileAddress));
    }
}
