using System.Text;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>Standard input, output and error in states they should not be in.</summary>
public sealed class StreamTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("no header at all")]
    [InlineData("\0\u0001\u0002 binary \0")]
    [InlineData("From: broken@@freemail.test\n\nhello\n")]
    public void InputThatIsNoRequest_IsDoneWith(string input)
    {
        using var place = new Workplace();
        place.Filter(Encoding.Latin1.GetBytes(input)).AssertDone();
        Assert.Empty(place.Outbox);
        Assert.Contains("skipped reason=", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n\nhello without a line end")]
    [InlineData("\n\n")]
    [InlineData("\n")]
    public void MissingBody_DoesNotMatter(string end)
    {
        using var place = new Workplace();
        var mail = $"From: {RequestMail.FromSomebodyNew().From}\nTo: get@example.com\nSubject: please{end}";
        place.Filter(Encoding.ASCII.GetBytes(mail)).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
    }

    [Fact]
    public void MessageOverTheSizeLimit_IsReadToItsEndAndLeftUnanswered()
    {
        using var place = new Workplace();
        place.Settings["max_message_bytes"] = 100_000;
        place.Write();
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request with { Body = new string('x', 300_000) }).AssertDone();
        Assert.Contains("reason=message-too-large", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        place.Filter(request with { Body = new string('x', 90_000) }).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
    }

    [Theory]
    [InlineData(""" exec "$@" >&- """)]
    [InlineData(""" exec "$@" 2>&- """)]
    [InlineData(""" exec "$@" >&- 2>&- """)]
    [InlineData(""" exec "$@" >/dev/full 2>/dev/full """)]
    public void OutputsThatTakeNothing_DoNotMatter(string how)
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        Assert.Equal(75, place.FilterUnder(how, request.ToBytes()).ExitCode);
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Assert.Equal(0, place.FilterUnder(how, request.ToBytes()).ExitCode);

        Assert.Equal(2, ReadMail.All(place.Outbox).Count(reply => reply.IsSignedByUs && reply.Defects.Length == 0));
    }

    /// <summary>
    /// Starting it in this way is a mistake. An empty message would be rubbish, but here there is no message.
    /// </summary>
    [Theory]
    [InlineData(""" exec "$@" <&- """)]
    [InlineData(""" exec "$@" <&- >&- """)]
    [InlineData(""" exec "$@" 0>/dev/null """)]
    public void ClosedInput_IsDeferredAtOnce(string how)
    {
        using var place = new Workplace();
        place.FilterUnder(how, []).AssertDeferred();
        Assert.Contains("deferred reason=input ", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        Assert.Contains("problem=\"the message on standard input cannot be read: it is closed\"", place.Log.Reports[0],
            StringComparison.Ordinal);
        Assert.Empty(place.Outbox);
    }

    [Fact]
    public void FolderAsInput_IsDeferredAtOnce()
    {
        using var place = new Workplace();
        place.FilterUnder(""" exec "$@" </ """, []).AssertDeferred();
        Assert.Contains("deferred reason=input ", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
    }

    /// <summary>The first files that the program opens must not become its standard streams.</summary>
    [Fact]
    public void ClosedStreams_WriteNothingIntoItsFiles()
    {
        using var place = new Workplace();
        var database = place.PathTo("responder.db");
        place.FilterUnder(""" exec "$@" <&- >&- 2>&- """, []);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.Delete(place.PathTo("files/tools/tool.zip"));
        Assert.Equal(75, place.FilterUnder(
            """ exec "$@" >&- 2>&- """, RequestMail.FromSomebodyNew().ToBytes(), "--log-to", "stderr").ExitCode);
        foreach (var file in Directory.GetFiles(place.Folder)
            .Where(file => !file.EndsWith("/log", StringComparison.Ordinal)))
            Assert.DoesNotContain("The responder cannot answer now", Encoding.Latin1.GetString(File.ReadAllBytes(file)),
            StringComparison.Ordinal);
        Assert.Equal("SQLite format 3\0", Encoding.ASCII.GetString(File.ReadAllBytes(database).AsSpan(0, 16)));
    }

    [Fact]
    public void LogOnStandardError_HoldsTheReport()
    {
        using var place = new Workplace();
        var run = place.Filter(RequestMail.FromSomebodyNew(), "--log-to", "stderr");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("replied address=get@example.com replies=2 ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(place.Log.Lines);
    }
}
