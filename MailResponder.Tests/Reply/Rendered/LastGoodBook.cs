using System.Text;
using MailResponder.Incoming;
using MailResponder.Reply.Rendered;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>
/// A book with a fault is not in force; the last good one is, as rendered. A requester of an address that it does not
/// have gets no refusal, because the new book might have the address.
/// </summary>
public sealed class LastGoodBook : IDisposable
{
    private readonly RenderedPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("[ { \"email_addr\": ")]
    [InlineData("")]
    [InlineData("{ \"email_addr\": \"get@example.com\", \"body\": \"x\" }")]
    [InlineData("[ { \"email_addr\": \"GET@example.com\", \"body\": \"x\" } ]")]
    [InlineData(null)]
    public void FaultyBook_LeavesTheLastGoodOneInForce(string? text)
    {
        _place.RenderAll();
        var before = (_place.Answer(RenderedPlace.Address), _place.Answer(RenderedPlace.FileAddress));
        Spoil(text);

        Assert.Equal(before, (_place.Answer(RenderedPlace.Address), _place.Answer(RenderedPlace.FileAddress)));

        var renderings = _place.Renderings();
        Assert.True(renderings.Book().Knows(RenderedPlace.Address));
        Assert.Equal(Cause.ResponseBook, renderings.Fault!.Cause);
        if (text is null)
            Directory.Delete(_place.Settings.ResponseBook);
        _place.WriteBook("Mended");
        Assert.Contains("Mended", _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
        renderings = _place.Renderings();
        renderings.Book();
        Assert.Null(renderings.Fault);
    }

    /// <summary>A book rendered by another program, or a damaged one, is not used to answer.</summary>
    [Theory]
    [InlineData("never rendered")]
    [InlineData("of another program")]
    [InlineData("cut short")]
    [InlineData("damaged")]
    [InlineData("unfinished")]
    public void LastGoodBookThatIsNotWhole_IsNotAnsweredFrom(string state)
    {
        if (state != "never rendered")
            _place.RenderAll();
        switch (state)
        {
            case "of another program":
                Directory.Move(
                    _place.BookFolder,
                    _place.BookFolder.Replace(ProgramIdentity.Name, new string('0', 32), StringComparison.Ordinal));
                break;
            case "cut short":
                using (var file = File.OpenWrite(Record(RenderedPlace.Address)))
                    file.SetLength(file.Length - 1);
                break;
            case "damaged":
                File.WriteAllBytes(Record(RenderedPlace.Address),
                    Array.ConvertAll(File.ReadAllBytes(Record(RenderedPlace.Address)), b => (byte)(b ^ 0x55)));
                break;
            case "unfinished":
                Directory.Move(_place.BookFolder, Path.Join(_place.Folder, ".new"));
                break;
        }

        Spoil("[");

        var exception = Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.Address));
        Assert.Equal(Cause.ResponseBook, exception.Cause);
    }

    /// <summary>Each address is checked separately, because only one record may be damaged.</summary>
    [Fact]
    public void DamageInOneRecord_IsNotAnsweredFrom()
    {
        _place.RenderAll();
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Record(RenderedPlace.FileAddress)));
        Change(Record(RenderedPlace.FileAddress), text.LastIndexOf("The links", StringComparison.Ordinal));
        Spoil("[");

        var exception = Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.FileAddress));
        Assert.Equal(Cause.ResponseBook, exception.Cause);
        Assert.Contains("The links", _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
    }

    /// <summary>A changed or missing file is not a fault of the book. Its rendering is not sent.</summary>
    [Fact]
    public void AttachmentOfTheLastGoodBook_IsAsItIsNow()
    {
        _place.RenderAll();
        Spoil("[");
        _place.WriteAttachment("New tool");
        Assert.Contains(
            Convert.ToBase64String("New toolNew tool"u8)[..12], _place.Answer(RenderedPlace.FileAddress),
            StringComparison.Ordinal);
        File.Delete(_place.Attachment);

        var exception = Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.FileAddress));
        Assert.Equal(Cause.Attachment, exception.Cause);
    }

    [Fact]
    public void GoodBookWithoutItsAttachment_IsInForce()
    {
        _place.RenderAll();
        _place.WriteBook("Newer");
        File.Delete(_place.Attachment);

        Assert.Contains("Newer", _place.Answer(RenderedPlace.Address), StringComparison.Ordinal);
        Assert.Equal(
            Cause.Attachment, Assert.Throws<ResponderException>(() => _place.Answer(RenderedPlace.FileAddress)).Cause);
    }

    [Fact]
    public void AddressThatTheLastGoodBookDoesNotKnow_IsDeferred()
    {
        _place.RenderAll();
        Spoil("[");

        var outcome = Ask("new@example.com");

        Assert.Equal((Result.Deferred, Cause.ResponseBook), (outcome.Result, outcome.Cause));
        Assert.Null(outcome.Alarm);
        _place.WriteBook("Mended");
        Assert.Equal(Result.Skipped, Ask("new@example.com").Result);
    }

    private Outcome Ask(string address)
    {
        const string mail = "From: reader@example.net\nTo: {0}\nSubject: x\nMessage-ID: <1@example.net>\n\nhello\n";
        var clock = TimeProvider.System;
        using var input = new MemoryStream(
            Encoding.ASCII.GetBytes(mail.Replace("{0}", address, StringComparison.Ordinal)));
        return new Responder(_place.Settings, new Deadline(clock, TimeSpan.FromSeconds(60)), new Progress(), clock)
            .Answer(new Envelope { Recipient = address, Sender = "reader@example.net" }, input);
    }

    private string Record(string address) => Path.Join(_place.BookFolder, RenderedBook.NameOf(address));

    private void Spoil(string? text)
    {
        if (text is null)
        {
            File.Delete(_place.Settings.ResponseBook);
            Directory.CreateDirectory(_place.Settings.ResponseBook);
        }
        else
        {
            File.WriteAllText(_place.Settings.ResponseBook, text);
        }
    }

    private static void Change(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
