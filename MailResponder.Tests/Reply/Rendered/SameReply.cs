using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>A reply does not show whether it was rendered beforehand.</summary>
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
