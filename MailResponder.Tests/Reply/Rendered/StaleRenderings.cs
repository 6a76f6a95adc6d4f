using MailResponder.Reply.Rendered;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>A change takes effect with the next message, whatever was rendered before.</summary>
public sealed class StaleRenderings : IDisposable
{
    private readonly RenderedPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void EditedBook_IsInForceAtOnce_HoweverQuickly()
    {
        for (var i = 0; i < 300; i++)
        {
            // All texts have the same length. Often they fall into one tick of the clock, and sometimes they are old
            // enough to be rendered.
            var text = "Text " + i.ToString("000", null);
            _place.WriteBook(text);
            Assert.Contains(text, _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
            if (i % 50 == 0)
                RenderedPlace.Settle();
            Assert.Contains(text, _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
        }
    }

    /// <summary>Whole seconds mean a file system whose clock has that resolution.</summary>
    [Theory]
    [InlineData(0.0501, true)]
    [InlineData(0.2001, false)]
    [InlineData(-3600.0001, true)]
    public void FileIsFresh_UntilTheClockHasTicked(double age, bool isFresh)
    {
        var now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var whole = (now / 1_000_000_000 - (isFresh ? 1 : 4)) * 1_000_000_000;
        var fraction = now - (long)(age * 1e9);

        Assert.Equal(isFresh, new FileIdentity(
            1, 1, 0, 1, 0, fraction % 1_000_000_000 == 0 ? fraction + 1 : fraction).Freshness > TimeSpan.Zero);
        Assert.Equal(isFresh, new FileIdentity(1, 1, 0, 1, 0, whole).Freshness > TimeSpan.Zero);
    }

    [Fact]
    public void FreshFile_IsNotRendered()
    {
        AssertNotRendered(() => _place.WriteBook("Fresh"));
        RenderAll();
        var before = Times();
        AssertNotRendered(() => _place.WriteAttachment("Fresh"));
        RenderAll();
        Assert.NotEqual(before, Times());
    }

    [Fact]
    public void EditedAttachment_IsInForceAtOnce_HoweverQuickly()
    {
        for (var i = 0; i < 60; i++)
        {
            _place.WriteAttachment("Tool " + i.ToString("000", null));
            AssertAsWithoutRendering();
            if (i % 20 == 0)
                RenderedPlace.Settle();
            AssertAsWithoutRendering();
        }
    }

    [Fact]
    public void ReplacedFiles_WithTheirOldTimes_AreSeen()
    {
        RenderAll();
        foreach (var (file, other) in new[] { (_place.Attachment, "The loot"), (_place.Settings.ResponseBook, "") })
        {
            var time = File.GetLastWriteTimeUtc(file);
            var copy = file + ".copy";
            File.Copy(file, copy);
            File.WriteAllText(copy, other.Length > 0
                ? string.Concat(Enumerable.Repeat(other, 5000))
                : File.ReadAllText(copy).Replace("The links", "The lynxs", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(copy, time);
            File.Move(copy, file, overwrite: true);
            AssertAsWithoutRendering();
        }

        Assert.Contains("The lynxs", _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingBook_Defers()
    {
        RenderAll();
        File.Delete(_place.Settings.ResponseBook);
        Assert.Contains("does not exist",
            Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.Address)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gone", "does not exist")]
    [InlineData("folder", "is a folder")]
    [InlineData("link", "is outside files_root")]
    public void AttachmentThatMayNotBeSent_Defers_WithItsText(string what, string problem)
    {
        RenderAll();
        var elsewhere = Path.Join(Path.GetDirectoryName(_place.Settings.ResponseBook), "elsewhere");
        File.Move(_place.Attachment, elsewhere);
        if (what == "folder")
            Directory.CreateDirectory(_place.Attachment);
        if (what == "link")
            File.CreateSymbolicLink(_place.Attachment, elsewhere);

        var exception = Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.FileAddress));

        Assert.Equal(Cause.Attachment, exception.Cause);
        Assert.StartsWith($"attachment {_place.Attachment}: {problem}", exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(_place.Answer(RenderedPlace.Address));
    }

    [Fact]
    public void OtherNamesInTheSettings_AreInForceAtOnce()
    {
        RenderAll();
        _place.Settings = _place.Settings with { AttachmentNames = [new(["example.net"], [new(".exe", ".txt")])] };
        for (var i = 0; i < 2; i++)
        {
            Assert.Contains("filename=tool.txt", _place.Answer(RenderedPlace.FileAddress), StringComparison.Ordinal);
            AssertAsWithoutRendering();
        }
    }

    [Fact]
    public void OldRenderings_AreDeleted()
    {
        RenderAll();
        var before = _place.Files.ToList();
        _place.WriteBook("Other text");
        RenderAll();

        var after = _place.Files.ToList();

        Assert.Equal(before.Count, after.Count);
        Assert.Empty(before.Intersect(after));
        // The file names are the same, in another folder.
        Assert.Equal(before.Select(Path.GetFileName), after.Select(Path.GetFileName));
    }

    /// <summary>Asks right after a change. Tries again if the machine was too busy for that.</summary>
    private void AssertNotRendered(Action change)
    {
        for (var i = 0; i < 100; i++)
        {
            var before = Times();
            var start = Environment.TickCount64;
            change();
            _place.Answer(RenderedPlace.FileAddress);
            if (Environment.TickCount64 - start > 80)
                continue;
            Assert.Equal(before, Times());
            return;
        }

        Assert.Fail("the machine is too busy");
    }

    private Dictionary<string, DateTime> Times() =>
        Directory.Exists(_place.Folder) ? _place.Files.ToDictionary(file => file, File.GetLastWriteTimeUtc) : [];

    private void RenderAll()
    {
        RenderedPlace.Settle();
        _place.RenderAll();
    }

    private void AssertAsWithoutRendering() => Assert.Equal(
        _place.Answer(RenderedPlace.FileAddress, rendered: false), _place.Answer(RenderedPlace.FileAddress));
}
