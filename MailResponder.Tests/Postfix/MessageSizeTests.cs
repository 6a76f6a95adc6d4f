using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests the sizes that main.cf and master.cf accept: requests up to a bound, and larger replies with attachments.
/// Replies leave through the real sendmail(1), which reads the same main.cf.
/// </summary>
[Collection("Postfix")]
public sealed class MessageSizeTests : IDisposable
{
    private const int RequestBytes = 8_192_000;

    private readonly Outside _outside = new("inet_interfaces = all", Confinement.OfPostfix);

    [Fact]
    public void SevenMegabytes_ReachTheRequester()
    {
        var file = new byte[7_000_000];
        new Random(1).NextBytes(file);
        Attach(file);
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };

        _outside.Accept(request, "links@example.com");
        _outside.Postfix.WaitUntilQueueIsEmpty();

        var mail = Assert.Single(_outside.Postfix.Sink.MailsTo(request.From));
        Assert.Contains(Convert.ToBase64String(file), Regex.Replace(mail, "\r?\n", ""), StringComparison.Ordinal);
        Assert.Matches("replied address=links@example.com replies=1 [^(]*$", _outside.Place.Log.Reports[^1]);
    }

    /// <summary>
    /// 17 MB make 23 MB of base64, which large providers accept. Of a reply twice as large, only the text is sent.
    /// </summary>
    [Theory]
    [InlineData(17_000_000, true)]
    [InlineData(34_000_000, false)]
    public void LargestReply_GoesOutWholeOrAsText(int bytes, bool isWhole)
    {
        Attach(new byte[bytes]);
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };

        _outside.Accept(request, "links@example.com");
        _outside.Postfix.WaitUntilQueueIsEmpty();

        var mail = Assert.Single(_outside.Postfix.Sink.MailsTo(request.From));
        Assert.Equal(isWhole, mail.Contains("filename=tool.zip", StringComparison.Ordinal));
        Assert.Equal(
            isWhole, !_outside.Place.Log.Reports[^1].Contains("(without-attachments)", StringComparison.Ordinal));
    }

    /// <summary>main.cf has a limit smaller than ours, and sendmail(1) reports that.</summary>
    [Fact]
    public void ReplyThatIsTooLargeForPostfix_GoesOutAsText()
    {
        using var narrow = new Outside("inet_interfaces = all\nmessage_size_limit = 2000000", Confinement.OfPostfix);
        Attach(new byte[2_000_000], narrow);
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };

        narrow.Accept(request, "links@example.com");
        narrow.Postfix.WaitUntilQueueIsEmpty();

        var mail = Assert.Single(narrow.Postfix.Sink.MailsTo(request.From));
        Assert.Contains("https://example.com/tools", mail, StringComparison.Ordinal);
        var report = narrow.Place.Log.Reports[^1];
        Assert.Matches(@"^.*replied address=links@example\.com replies=1 .*\(without-attachments\) problem=", report);
        Assert.Contains("sendmail: fatal: (masked) message file too big", report, StringComparison.Ordinal);
        Traces.Of(request.From).AssertNoneIn("the log", string.Join('\n', narrow.Place.Log.Lines));
    }

    [Fact]
    public void RequestThatIsTooLarge_IsRefusedByWhatItSaysAndByWhatItHas()
    {
        var lines = Enumerable.Repeat(new string('x', 98) + "\r\n", RequestBytes / 100);
        var request = RequestMail.FromSomebodyNew() with { Body = string.Concat(lines) };
        using (var said = _outside.Session())
        {
            var answer = said.Ask($"MAIL FROM:<{request.From}> SIZE={RequestBytes + 1}");
            Assert.StartsWith("552 5.3.4 ", answer, StringComparison.Ordinal);
        }

        using (var had = _outside.Session())
        {
            had.Say($"MAIL FROM:<{request.From}>");
            had.Say("RCPT TO:<get@example.com>");
            had.Say("DATA");
            var answer = had.Ask(Encoding.UTF8.GetString(request.ToBytes()) + ".");
            Assert.StartsWith("552 5.3.4 ", answer, StringComparison.Ordinal);
        }

        _outside.Accept(request with { Body = request.Body[..^(100 * 100)] }, "links@example.com");
        _outside.Postfix.WaitUntilQueueIsEmpty();
        Assert.Single(_outside.Place.Log.Reports);
    }

    public void Dispose() => _outside.Dispose();

    private void Attach(byte[] file) => Attach(file, _outside);

    private static void Attach(byte[] file, Outside outside)
    {
        File.WriteAllBytes(outside.Place.PathTo("files/tools/tool.zip"), file);
        outside.Place.Book[2]!["send_method"] = "sendmail";
        outside.Place.Book[2]!["attachments"] = JsonNode.Parse("""[["tools", "tool.zip", "tool.zip"]]""");
        outside.Place.Write();
        outside.Place.GiveTo("mail_responder");
    }
}
