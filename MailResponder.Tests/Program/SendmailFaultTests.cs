using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>What sendmail's exit codes mean for the message.</summary>
public sealed class SendmailFaultTests
{
    [Theory]
    [InlineData("cat >/dev/null; exit 75")]
    [InlineData("cat >/dev/null; exit 69")]
    [InlineData("cat >/dev/null; exit 1")]
    [InlineData("exit 75")]
    [InlineData("kill -9 $$")]
    [InlineData("echo \"rejected $(sed -n '/^To:/p') at /etc/secret\" >&2; exit 71")]
    public void SendmailThatFailsForNow_IsDeferredAndTheRetryAnswers(string script)
    {
        using var place = new Workplace();
        place.SendThrough(script);
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request).AssertDeferred();
        Assert.Contains("deferred reason=send address=get@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);
        Assert.DoesNotContain(request.From, string.Concat(place.Log.Lines), StringComparison.OrdinalIgnoreCase);
        var pieceOfName = request.From.Split('@', '.')[1];
        Assert.DoesNotContain(pieceOfName, string.Concat(place.Log.Lines), StringComparison.OrdinalIgnoreCase);

        place.SendThrough("""mkdir -p "$here/sent"; cat >"$here/sent/$$.eml" """);
        place.Filter(request).AssertDone();
        Assert.Equal(2, place.RepliesIn("sent").Count);
    }

    [Fact]
    public void WordsOfSendmail_AreLogged()
    {
        using var place = new Workplace();
        place.SendThrough("cat >/dev/null; echo 'sendmail: fatal: queue file write error' >&2; exit 75");
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains("failed with exit code 75: sendmail: fatal: queue file write error", place.Log.Reports[^1],
            StringComparison.Ordinal);
    }

    /// <summary>Behaves like Postfix with a message larger than its message_size_limit.</summary>
    [Fact]
    public void ReplyThatIsTooBigForSendmail_GoesOutWithoutItsAttachments()
    {
        using var place = new Workplace();
        place.SendThrough("""
            cat >"$here/$$"
            if [ "$(wc -c <"$here/$$")" -gt 50000 ]; then
              echo 'sendmail: fatal: bounces@example.com(995): message file too big' >&2
              exit 75
            fi
            mkdir -p "$here/sent"; mv "$here/$$" "$here/sent/$$.eml"
            """);
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request).AssertDone();

        var replies = ReadMail.All(place.RepliesIn("sent"));
        Assert.Equal(2, replies.Count);
        Assert.Equal("multipart/alternative", replies[1].Types[0]);
        Assert.Contains("(without-attachments) problem=\"entry 2: ", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains("message file too big", place.Log.Reports[^1], StringComparison.Ordinal);
        place.Filter(request).AssertDone();
        Assert.Equal(2, place.RepliesIn("sent").Count);
    }

    [Fact]
    public void MissingSendmail_IsDeferred()
    {
        using var place = new Workplace();
        place.SendThrough("exit 0");
        File.Delete(place.PathTo("sendmail"));
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains("deferred reason=send ", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ReplyThatSendmailRefusesForGood_IsDoneWith()
    {
        using var place = new Workplace();
        place.SendThrough("cat >/dev/null; exit 65");
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request).AssertDone();
        Assert.Contains("failed ", place.Log.Reports[^1], StringComparison.Ordinal);

        place.SendThrough("""touch "$here/called" """);
        place.Filter(request).AssertDone();
        Assert.False(File.Exists(place.PathTo("called")));
    }
}
