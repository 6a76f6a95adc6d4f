using System.Text;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>The replies as other programs read them.</summary>
public sealed class ReplyTests
{
    [Fact]
    public void EntriesOfOneAddress_AreAnsweredInFileOrder()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        place.Filter(request).AssertDone();

        var replies = ReadMail.All(place.Outbox);

        Assert.Equal(2, replies.Count);
        Assert.Contains("https://example.com/tools", Encoding.UTF8.GetString(replies[0].Content("text/plain")),
            StringComparison.Ordinal);
        Assert.Equal(["text/plain"], replies[0].Types);
        Assert.Equal(["multipart/mixed", "multipart/alternative", "text/plain", "text/html"], replies[1].Types[..^1]);
        Assert.Equal(place.Attachment, replies[1].Attachment("tool.zip"));
        foreach (var reply in replies) AssertAddressedTo(request, reply);
    }

    [Fact]
    public void PersianReply_ReachesEveryReaderWhole()
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew() with
        {
            To = "fa@example.com",
            Subject = "=?UTF-8?B?2K/Ysdiu2YjYp9iz2Ko=?=",
        };
        place.Settings["authserv_id"] = "mx.responder.test";
        place.Write();
        request = request with
        {
            MoreHeaders = "Authentication-Results: mx.responder.test; dkim=pass header.d=freemail.test\r\n",
        };
        place.Filter(request, "--recipient", "fa@example.com").AssertDone();

        var reply = Assert.Single(ReadMail.All(place.Outbox));

        AssertAddressedTo(request, reply);
        Assert.Equal("Re: درخواست", reply["Subject"]);
        Assert.Equal("fa@example.com", reply["Reply-To"]);
        Assert.Equal("پیوندها: https://example.com/ابزار\n",
            Encoding.UTF8.GetString(reply.Content("text/plain")).ReplaceLineEndings("\n"));
        Assert.Equal(place.Attachment, reply.Attachment("ابزار.zip"));
    }

    [Fact]
    public void OutboxFile_IsReadableByItsOwnerOnly()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        foreach (var file in place.Outbox)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(place.Outbox.Count, Directory.GetFileSystemEntries(place.PathTo("outbox")).Length);
    }

    [Fact]
    public void Sendmail_GetsTheBounceAddressAndFindsTheRequesterInTo()
    {
        using var place = new Workplace();
        place.SendThrough("""printf '%s\n' "$@" >"$here/arguments"; cat >"$here/sent.eml" """);
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        place.Filter(request, "--recipient", "links@example.com").AssertDone();

        Assert.Equal(["-i", "-t", "-f", "bounces@example.com"], File.ReadAllLines(place.PathTo("arguments")));
        AssertAddressedTo(request, Assert.Single(ReadMail.All([place.PathTo("sent.eml")])));
    }

    /// <summary>
    /// The runtime has one thread and the deadline has one. Each more costs some hundredths of a reply.
    /// </summary>
    [Fact]
    public void Reply_StartsNoThreadOfItsOwn()
    {
        using var place = new Workplace();
        place.SendThrough("""cat "/proc/$PPID/task/"*/comm >"$here/threads"; cat >/dev/null""");
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Equal([".NET Finalizer", "responder", "responder"],
            File.ReadAllLines(place.PathTo("threads")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WithoutDkimSettings_RepliesAreUnsigned()
    {
        using var place = new Workplace();
        place.Settings.Remove("dkim");
        place.Write();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        foreach (var reply in ReadMail.All(place.Outbox)) Assert.Null(reply["DKIM-Signature"]);
    }

    private static void AssertAddressedTo(RequestMail request, ReadMail reply)
    {
        Assert.Empty(reply.Defects);
        Assert.True(reply.IsSignedByUs);
        Assert.True(reply.IsAscii);
        Assert.InRange(reply.LongestLine, 1, 998);
        Assert.Equal(request.From, reply["To"]);
        Assert.Equal("Example Tools <get-help@example.com>", reply["From"]);
        Assert.Equal("auto-replied", reply["Auto-Submitted"]);
        Assert.Equal("All", reply["X-Auto-Response-Suppress"]);
        Assert.NotNull(reply["In-Reply-To"]);
        Assert.NotNull(reply["Date"]);
    }
}
