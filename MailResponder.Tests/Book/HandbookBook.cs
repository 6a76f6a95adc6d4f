using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Settings;

namespace MailResponder.Tests.Book;

/// <summary>A book in the form used by the predecessor's operators.</summary>
public sealed class HandbookBook
{
    private static readonly string File = Repository.PathTo("MailResponder.Tests", "Book", "handbook.json");

    [Fact]
    public void HasNoFault()
    {
        var faults = new List<Fault>();

        ResponseBookFile.Check(File, faults);

        Assert.Empty(faults);
    }

    [Fact]
    public void Entries_KeepTheirOrder()
    {
        var entries = ResponseBook.Load(File).EntriesFor("two-forms@example.com");

        Assert.Equal([1, 2], entries.Select(entry => entry.Number));
        Assert.Equal([2, 11], entries.Select(entry => entry.Line));
        Assert.Empty(entries[0].Attachments);
        Assert.Equal(2, entries[1].Attachments.Count);
    }

    [Fact]
    public void Bodies_KeepTheirOrderAndText()
    {
        var entry = ResponseBook.Load(File).EntriesFor("two-forms@example.com")[0];

        Assert.Equal(
        [
            new ResponseBody("plain", "English: https://example.com/en.html\nفارسی: https://example.com/fa.html"),
            new ResponseBody(
            "html", "<a href=\"https://example.com/en.html\">English</a><br>فارسی: https://example.com/fa.html"),
        ], entry.Bodies);
    }

    [Fact]
    public void TextAlone_IsPlain() =>
        Assert.Equal([new ResponseBody("plain", "Nothing but a text")], Single("text@example2.com").Bodies);

    [Fact]
    public void Attachment_HasBucketFileAndShownName() =>
        Assert.Equal([new ResponseAttachment("0a1b-2c3d", "Tool.exe", "Tool.asc", 37)],
            Single("attachment@example3.com").Attachments);

    [Fact]
    public void NewFields_MayBeAbsent()
    {
        var entry = Single("one-form@example.com");

        Assert.Null(entry.SendMethod);
        Assert.Null(entry.Subject);
    }

    [Theory]
    [InlineData("text@example.com")]
    [InlineData("Text@example2.com")]
    [InlineData("text")]
    public void WholeAddress_IsWhatCounts(string address)
    {
        var book = ResponseBook.Load(File);

        Assert.False(book.Knows(address));
        Assert.Empty(book.EntriesFor(address));
    }

    [Theory]
    [InlineData("SMTP", "Sendmail")]
    [InlineData("smtp", "Sendmail")]
    [InlineData("SendMail", "Sendmail")]
    [InlineData("OUTBOX", "Outbox")]
    public void SendMethod_MayBeInAnyCase(string written, string expected) =>
        Assert.Equal(expected, SendMethods.Of(written).ToString());

    private static ResponseEntry Single(string address) => Assert.Single(ResponseBook.Load(File).EntriesFor(address));
}
