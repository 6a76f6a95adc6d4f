using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>
/// Postfix delivers a deferred message again: only the missing replies are sent, and no quota is charged.
/// </summary>
public sealed class RetryTests
{
    // The first reply is sent. The second call waits for the file "go", and then gives up or sends.
    private const string BlockingAtTheSecond = """
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

    /// <summary>An entry is identified by its content, not by its place in the book.</summary>
    [Fact]
    public void BookThatIsEditedBetweenTwoTries_LosesAndDoublesNothing()
    {
        using var place = new Workplace();
        var (first, second) = (RequestMail.FromSomebodyNew(), RequestMail.FromSomebodyNew());
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        place.Filter(first).AssertDeferred();
        place.Filter(second).AssertDeferred();
        Assert.Equal(2, place.Outbox.Count);
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));

        var sent = place.Book[0]!.DeepClone();
        place.Book.RemoveAt(0);
        place.Write();
        place.Filter(first).AssertDone();
        Assert.Equal(3, place.Outbox.Count);
        Assert.Contains("The tool is attached", File.ReadAllText(place.Outbox[^1]), StringComparison.Ordinal);

        place.Book.Insert(0, sent);
        place.Book.Insert(0, JsonNode.Parse(
            """{ "email_addr": "get@example.com", "body": "News.\n", "attachments": null }"""));
        place.Write();
        place.Filter(second).AssertDone();
        place.Filter(second).AssertDone();

        Assert.Equal(5, place.Outbox.Count);
        var toSecond = place.Outbox.Select(File.ReadAllText)
            .Where(reply => reply.Contains(second.From, StringComparison.Ordinal)).ToList();
        Assert.Equal([1, 1, 1], ((string[])["News.", "Links: https", "The tool is attached"]).Select(text =>
            toSecond.Count(reply => reply.Contains(text, StringComparison.Ordinal))));
    }

    /// <summary>
    /// A process that dies between sending and recording on every attempt does not send for five days.
    /// </summary>
    [Fact]
    public void ReplyThatCanNeverBeRecorded_IsSentSixTimesADayAtMost()
    {
        using var place = new Workplace();
        place.SendThrough("""mkdir -p "$here/sent"; cat >"$here/sent/$$.eml"; kill -9 $PPID; sleep 1""");
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        for (var i = 0; i < 6; i++) Assert.Equal(
            137, place.Filter(request, "--recipient", "links@example.com").ExitCode);
        Assert.Equal(6, place.RepliesIn("sent").Count);

        for (var i = 0; i < 2; i++) place.Filter(request, "--recipient", "links@example.com").AssertDeferred();

        Assert.Equal(6, place.RepliesIn("sent").Count);
        Assert.Contains("was handed over 6 times", string.Join('\n', place.Log.Reports), StringComparison.Ordinal);
    }

    /// <summary>sendmail takes the whole reply and hangs, as when it cannot write to the disk.</summary>
    [Fact]
    public void ReplyWhoseFateIsUnknown_IsSentSixTimesADayAtMost()
    {
        using var place = new Workplace();
        place.SendThrough("""mkdir -p "$here/sent"; cat >"$here/sent/$$.eml"; kill -9 $$""");
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };

        for (var i = 0; i < 8; i++) place.Filter(request, "--recipient", "links@example.com").AssertDeferred();

        Assert.Equal(6, place.RepliesIn("sent").Count);
        Assert.Contains("may be sent twice", place.Log.Reports[0], StringComparison.Ordinal);
    }

    /// <summary>If the responder's parent ignores SIGCHLD, the system does not tell sendmail's exit code.</summary>
    [Fact]
    public void ReplyWhoseExitCodeIsUnknown_IsSentSixTimesADayAtMost()
    {
        using var place = new Workplace();
        place.SendThrough("""mkdir -p "$here/sent"; cat >"$here/sent/$$.eml" """);
        var request = (RequestMail.FromSomebodyNew() with { To = "links@example.com" }).ToBytes();

        for (var i = 0; i < 8; i++)
        {
            place.FilterUnder("""exec bash -c 'trap "" CHLD; exec "$@"' bash "$@" """, request,
                "--recipient", "links@example.com").AssertDeferred();
        }

        Assert.Equal(6, place.RepliesIn("sent").Count);
        Assert.Contains("may be sent twice", place.Log.Reports[0], StringComparison.Ordinal);
    }

    /// <summary>sendmail reads its input only after the responder was killed.</summary>
    [Fact]
    public void KilledBeforeSendmailReads_TheReplyIsStillWhole()
    {
        using var place = new Workplace();
        place.Book.RemoveAt(0);
        place.SendThrough(
            """mkdir -p "$here/sent"; kill -9 $PPID; cat >"$here/part"; mv "$here/part" "$here/sent/1.eml" """);

        Assert.Equal(137, place.Filter(RequestMail.FromSomebodyNew()).ExitCode);

        Patience.Until("the reply", () => place.RepliesIn("sent").Count == 1);
        Assert.EndsWith("--\n", File.ReadAllText(place.RepliesIn("sent")[0]), StringComparison.Ordinal);
    }

    /// <summary>The database can be read but not written, as on a full disk.</summary>
    [Fact]
    public void DatabaseThatCannotBeWritten_SendsNothingAtARetry()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        place.Filter(request).AssertDeferred();
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Sqlite(place, "CREATE TRIGGER full BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");

        for (var i = 0; i < 3; i++) place.Filter(request).AssertDeferred();
        Assert.Single(place.Outbox);

        Sqlite(place, "DROP TRIGGER full");
        place.Filter(request).AssertDone();
        AssertEachEntryOnce(place.Outbox);
    }

    /// <summary>The first entry fails for another reason, so the database is not the first thing that fails.</summary>
    [Fact]
    public void ReplyThatCannotBeRecorded_IsTheLastOfItsAttempt()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        foreach (var reply in place.Outbox) File.Delete(reply);
        Sqlite(place, "CREATE TRIGGER full BEFORE UPDATE OF entries ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
        File.Delete(place.PathTo("files/tools/tool.zip"));
        place.Book.Insert(0, place.Book[1]!.DeepClone());
        place.Book.Insert(2, JsonNode.Parse("""{ "email_addr": "get@example.com", "body": "News.\n" }"""));
        place.Write();

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();

        Assert.Single(place.Outbox);
        Assert.Contains("reason=database", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ReplyThatWasSentAndNotRecorded_IsSaidToBeBoth()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Sqlite(place, "CREATE TRIGGER full BEFORE UPDATE OF entries ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
        var request = RequestMail.FromSomebodyNew();

        place.Filter(request).AssertDeferred();

        Assert.Matches(
            "deferred reason=database .*replies=1 .*receipts=\\S+ problem=\"entry 1: was sent, but this could not be "
            + "recorded: ",
            place.Log.Reports[^1]);
        for (var i = 0; i < 5; i++) place.Filter(request).AssertDeferred();
        Assert.Equal(3, place.Outbox.Count);
        Sqlite(place, "DROP TRIGGER full");
    }

    [Fact]
    public void RequesterWhoWasBlockedBetweenTwoTries_GetsNothingMore()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        place.Filter(request).AssertDeferred();
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Assert.Equal(0, place.Command("blacklist", "block", request.From).ExitCode);

        place.Filter(request).AssertDone();

        Assert.Single(place.Outbox);
        Assert.Contains("skipped reason=blocked ", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void EntryThatFailed_IsSentByTheRetryWithoutCharge()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        for (var i = 0; i < 5; i++) place.Filter(request).AssertDeferred();
        Assert.Single(place.Outbox);
        Assert.Contains("deferred reason=attachment address=get@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);

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

    /// <summary>
    /// An mbox line before the message holds the time of delivery, so it is not part of the message's identity.
    /// </summary>
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

    private static void AssertEachEntryOnce(IReadOnlyList<string> files)
    {
        var bodies = ReadMail.All(files).Select(reply => Encoding.UTF8.GetString(reply.Content("text/plain"))).ToList();
        Assert.Equal(2, bodies.Count);
        Assert.Single(bodies, body => body.StartsWith("Links:", StringComparison.Ordinal));
        Assert.Single(bodies, body => body.StartsWith("The tool is attached.", StringComparison.Ordinal));
    }

    internal static void Sqlite(Workplace place, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={place.PathTo("responder.db")};Pooling=False");
        MailResponder.Store.Sqlite.SqliteLibrary.Load();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
