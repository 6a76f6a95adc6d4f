using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>Postfix brings a deferred message again: only what is missing is sent, and nothing is charged.</summary>
public sealed class RetryTests
{
    // The first reply goes out, the second call waits for the file "go" and then gives up or sends.
    const string BlockingAtTheSecond = """
        mkdir -p "$here/sent"
        if [ -e "$here/go" ] || mkdir "$here/first" 2>/dev/null; then
          cat >"$here/sent/$$.eml"
          exit 0
        fi
        echo "$$" >"$here/blocked.new"
        mv "$here/blocked.new" "$here/blocked"
        while [ ! -e "$here/go" ] && [ ! -e "$here/give-up" ]; do sleep 0.05; done
        [ -e "$here/go" ] || exit 75
        cat >"$here/sent/$$.eml"
        """;

    [Fact]
    public void KilledBetweenTwoReplies_TheRetrySendsOnlyTheSecond()
    {
        using var place = new Workplace();
        place.SendThrough(BlockingAtTheSecond);
        var request = RequestMail.FromSomebodyNew();
        using (var running = place.StartFilter())
        {
            running.Feed(request.ToBytes());
            Patience.Until("the second reply's sendmail", () => File.Exists(place.PathTo("blocked")));
            running.Kill();
            Assert.Equal(137, running.Finish().ExitCode);
        }
        var orphan = int.Parse(File.ReadAllText(place.PathTo("blocked")), CultureInfo.InvariantCulture);
        File.WriteAllText(place.PathTo("give-up"), "");
        Patience.UntilEnded("the orphaned sendmail", orphan);
        Assert.Single(place.RepliesIn("sent"));

        File.WriteAllText(place.PathTo("go"), "");
        place.Filter(request).AssertDone();
        place.Filter(request).AssertDone();

        AssertEachEntryOnce(place.RepliesIn("sent"));
    }

    [Fact]
    public void MessageThatAnotherProcessIsAnswering_IsDeferred()
    {
        using var place = new Workplace();
        place.SendThrough(BlockingAtTheSecond);
        var request = RequestMail.FromSomebodyNew();
        using var running = place.StartFilter();
        running.Feed(request.ToBytes());
        Patience.Until("the second reply's sendmail", () => File.Exists(place.PathTo("blocked")));

        place.Filter(request).AssertDeferred();
        Assert.Contains("deferred reason=in-progress ", place.Log.Reports[^1], StringComparison.Ordinal);

        File.WriteAllText(place.PathTo("go"), "");
        running.Finish().AssertDone();
        place.Filter(request).AssertDone();
        AssertEachEntryOnce(place.RepliesIn("sent"));
    }

    [Fact]
    public void EntryThatFailed_IsSentByTheRetryWithoutCharge()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        for (var i = 0; i < 5; i++) place.Filter(request).AssertDeferred();
        Assert.Single(place.Outbox);
        Assert.Contains("deferred reason=attachment address=get@example.com ", place.Log.Reports[^1], StringComparison.Ordinal);

        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        place.Filter(request).AssertDone();
        AssertEachEntryOnce(place.Outbox);
        place.Filter(request).AssertDone();
        Assert.Equal(2, place.Outbox.Count);

        for (var i = 0; i < 3; i++) place.Filter(request.Again()).AssertDone();
        Assert.Equal(6, place.Outbox.Count);
    }

    [Fact]
    public void FirstEntryThatFails_DoesNotStopTheSecond()
    {
        using var place = new Workplace();
        place.Book[0]!["attachments"] = new JsonArray(new JsonArray("tools", "late.zip", "late.zip"));
        place.Write();
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request).AssertDeferred();
        Assert.Single(place.Outbox);

        File.WriteAllBytes(place.PathTo("files/tools/late.zip"), place.Attachment);
        place.Filter(request).AssertDone();
        AssertEachEntryOnce(place.Outbox);
    }

    /// <summary>An mbox line before the message carries the time of delivery, so it is not part of what a message is.</summary>
    [Fact]
    public void SameMessageUnderAnotherMboxLine_IsARetry()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        byte[] Under(string line) => [.. Encoding.ASCII.GetBytes(line), .. request.ToBytes()];
        place.Filter(Under("From a@freemail.test Sun Nov 22 10:00:00 2026\r\n")).AssertDone();
        place.Filter(Under("From a@freemail.test Sun Nov 22 10:05:00 2026\r\n")).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
    }

    static void AssertEachEntryOnce(IReadOnlyList<string> files)
    {
        var bodies = ReadMail.All(files).Select(reply => Encoding.UTF8.GetString(reply.Content("text/plain"))).ToList();
        Assert.Equal(2, bodies.Count);
        Assert.Single(bodies, body => body.StartsWith("Links:", StringComparison.Ordinal));
        Assert.Single(bodies, body => body.StartsWith("The tool is attached.", StringComparison.Ordinal));
    }
}
