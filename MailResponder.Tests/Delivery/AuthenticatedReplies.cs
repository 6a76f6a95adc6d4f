using System.Text;
using MailResponder.Incoming;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Tests.Reply.Rendered;

namespace MailResponder.Tests.Delivery;

/// <summary>
/// Tests what a request gets depending on what is proven about its sender, from the message to the outbox.
/// </summary>
public sealed class AuthenticatedReplies : IDisposable
{
    private const string Signed = "dkim=pass header.d=freemail.example";
    private const string Sender = "spf=pass smtp.mailfrom=freemail.example";
    private const string Open = "dkim=temperror header.d=freemail.example";

    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new();
    private ResponderSettings _settings;

    public AuthenticatedReplies()
    {
        _settings = TestSettings.In(_folder.Path) with { AuthservId = "mx.example.com", DailyLimit = 1 };
        _folder.Write("files/tools/tool.zip", "tool");
        Book("", "");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The first entry has links; the second has text and an attachment.</summary>
    [Theory]
    [InlineData("", "", Signed, "replied links attachment")]
    [InlineData("", "", Sender, "replied links attachment")]
    [InlineData("", "", "dkim=none", "replied links text")]
    [InlineData("", "", "dmarc=fail; " + Signed, "replied links text")]
    [InlineData("", "\"attachments\": \"none\"", "dkim=none", "replied links attachment")]
    [InlineData("", "\"attachments\": \"full\"", Sender, "replied links text")]
    [InlineData("", "\"attachments\": \"full\"", Signed, "replied links attachment")]
    [InlineData("", "\"links\": \"full\"", Sender, "replied links")]
    [InlineData("", "\"links\": \"weak\", \"attachments\": \"none\"", "dkim=none", "replied links")]
    [InlineData("\"links\": \"full\"", "", Sender, "replied attachment")]
    [InlineData("\"links\": \"weak\"", "\"links\": \"full\"", "dkim=none", "skipped not-authenticated")]
    [InlineData("\"links\": \"full\"", "\"links\": \"full\"", Open, "deferred authentication")]
    [InlineData("", "", Open, "deferred authentication links")]
    public void Entry_GoesOutAsFarAsItMay(string first, string second, string results, string expected)
    {
        Book(first, second);

        Assert.Equal(expected, Ask(results));
    }

    [Theory]
    [InlineData("none", "none", "replied links attachment")]
    [InlineData("none", "full", "replied links text")]
    [InlineData("weak", "none", "skipped not-authenticated")]
    public void Settings_CountWhereTheEntrySaysNothing(string links, string attachments, string expected)
    {
        _settings = _settings with
        {
            RequireAuthentication = new(Enum.Parse<Proof>(links, true), Enum.Parse<Proof>(attachments, true)),
        };

        Assert.Equal(expected, Ask("dkim=none"));
    }

    [Fact]
    public void WithoutAuthservId_EverybodyGetsEverything()
    {
        _settings = _settings with { AuthservId = null };

        Assert.Equal("replied links attachment", Ask("dkim=none"));
    }

    [Fact]
    public void EntryWithoutItsAttachments_IsMarkedInItsReceipt()
    {
        var outcome = Answer(Message("dkim=none"));

        Assert.EndsWith("(without-attachments)", outcome.Receipts[1], StringComparison.Ordinal);
        Assert.DoesNotContain('(', outcome.Receipts[0]);
        Assert.Null(outcome.Problem);
    }

    /// <remarks>The rendered attachments are the same for everybody.</remarks>
    [Fact]
    public void RenderedBook_GivesNobodyMore()
    {
        _settings = _settings with { DailyLimit = 10 };
        Book("\"links\": \"full\"", "\"attachments\": \"full\"");
        RenderedPlace.Settle();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("replied links attachment", Ask(Signed));
            Assert.Equal("replied text", Ask(Sender));
        }

        Assert.NotEmpty(Directory.GetFiles(RenderingFolder.PathOf(_settings)));
    }

    /// <remarks>The book's switch applies whatever is proven, and requires no more proof than the text needs.</remarks>
    [Theory]
    [InlineData("", Signed, "replied links text")]
    [InlineData("\"attachments\": \"full\"", Open, "replied links text")]
    [InlineData("\"links\": \"weak\"", "dkim=none", "replied links")]
    [InlineData("\"links\": \"weak\"", Open, "deferred authentication links")]
    public void SwitchedOff_NobodyGetsAttachments(string second, string results, string expected)
    {
        _settings = _settings with { DailyLimit = 10 };
        SwitchOff(second);
        RenderedPlace.Settle();

        // The first message renders the book; the second is answered from the rendering.
        Assert.Equal((expected, expected), (Ask(results), Ask(results)));
        Assert.NotEmpty(Directory.GetFiles(RenderingFolder.PathOf(_settings), "*", SearchOption.AllDirectories));
        Assert.Equal(expected.EndsWith("text", StringComparison.Ordinal),
            Answer(Message(results)).Receipts is [.., var last]
                && last.EndsWith("(without-attachments)", StringComparison.Ordinal));
    }

    /// <remarks>No request waits for a file, and a request that was answered in part gets the rest.</remarks>
    [Fact]
    public void SwitchedOff_AMissingFileDefersNobody()
    {
        File.Move(_folder.PathTo("files/tools/tool.zip"), _folder.PathTo("away"));
        var message = Message(Signed);
        Assert.Equal("deferred attachment links", InWords(Answer(message)));

        SwitchOff("");
        Assert.Equal("replied text", InWords(Answer(message)));

        Book("", "");
        File.Move(_folder.PathTo("away"), _folder.PathTo("files/tools/tool.zip"));
        Assert.Equal("replied", InWords(Answer(message)));
    }

    /// <remarks>An entry that is not permitted keeps its place, so that no entry is sent twice.</remarks>
    [Fact]
    public void Retry_SendsNothingAgain()
    {
        Book("\"links\": \"full\"", "");
        var message = Message("dkim=none");

        Assert.Equal("replied text", InWords(Answer(message)));
        Assert.Equal("replied", InWords(Answer(message)));
    }

    [Fact]
    public void OpenLookUp_IsGivenUpAfterAnHourAndNothingIsLostOrSentTwice()
    {
        var message = Message(Open);

        Assert.Equal("deferred authentication links", InWords(Answer(message)));
        _clock.Now += TimeSpan.FromMinutes(50);
        Assert.Equal("deferred authentication", InWords(Answer(message)));
        _clock.Now += TimeSpan.FromMinutes(11);
        Assert.Equal("replied text", InWords(Answer(message)));
        Assert.Equal("replied", InWords(Answer(message)));
    }

    [Fact]
    public void RequestThatGetsNothing_IsNotCharged()
    {
        Book("\"links\": \"weak\"", "\"links\": \"weak\"");

        Assert.Equal("skipped not-authenticated", Ask("dkim=none"));
        Assert.Equal("deferred authentication", Ask("spf=temperror smtp.mailfrom=freemail.example"));
        Assert.Equal("replied links attachment", Ask(Signed));
        Assert.Equal("skipped over-quota", Ask(Signed));
    }

    private void Book(string first, string second) => _folder.Write("responses.json", $$"""
        [
          { "email_addr": "get@example.com", "body": "links", "subject": "links",
            "require_authentication": { {{first}} } },
          { "email_addr": "get@example.com", "body": "text", "subject": "text",
            "require_authentication": { {{second}} }, "attachments": [["tools", "tool.zip", "tool.zip"]] }
        ]
        """);

    private void SwitchOff(string second)
    {
        Book("", second);
        var list = File.ReadAllText(_folder.PathTo("responses.json"));
        _folder.Write("responses.json", $$"""{ "attachments": "off", "entries": {{list}} }""");
    }

    private string Ask(string results) => InWords(Answer(Message(results)));

    private static byte[] Message(string results) => Encoding.ASCII.GetBytes(
        $"Authentication-Results: mx.example.com; {results}\nReceived: by mx.example.com; Mon, 2 Mar 2026 08:15:00 "
        + $"+0000\n" +
        $"From: zahra@freemail.example\nMessage-ID: <{Guid.NewGuid():N}@freemail.example>\nSubject: please\n\nhello\n");

    private Outcome Answer(byte[] message) => new Responder(
        _settings, new Deadline(TimeProvider.System, TimeSpan.FromSeconds(60)), new Progress(), _clock)
        .Answer(new Envelope("get@example.com"), new MemoryStream(message));

    /// <summary>Returns the result, the reason and the parts of the entries that were sent.</summary>
    private static string InWords(Outcome outcome)
    {
        var sent = outcome.Receipts.Select(receipt =>
        {
            var reply = File.ReadAllText(receipt.Replace("(without-attachments)", "", StringComparison.Ordinal));
            return reply.Contains("tool.zip", StringComparison.Ordinal) ? "attachment"
                : reply.Contains("Subject: links", StringComparison.Ordinal) ? "links" : "text";
        });
        return string.Join(' ', ((string?[])[outcome.Result.Hyphenated(), outcome.Reason, .. sent]).OfType<string>());
    }
}
