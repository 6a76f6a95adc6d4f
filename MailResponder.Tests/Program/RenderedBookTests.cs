using System.Text.Json.Nodes;
using MailResponder.Native;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>
/// The rendered book as the published program makes and uses it. The answer is always that of the book.
/// </summary>
public sealed class RenderedBookTests : IDisposable
{
    private const string Rendered = "responder.db.rendered";

    private readonly Workplace _place = new();

    public RenderedBookTests() => Thread.Sleep(120);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void FirstMessage_Renders_AndTheNextOneFindsIt()
    {
        Ask("get@example.com");
        var made = Times();
        Ask("get@example.com");

        Assert.Equal(["addresses", "base64", "body", "com", "com", "com"], Kinds(made));
        Assert.Equal(made, Times());
        AssertWhole(4);
    }

    [Fact]
    public void Pull_RendersBeforeAnyMessage_AndAgainAfterAChange()
    {
        Assert.Equal(0, _place.Command("config", "pull").ExitCode);
        var made = Times();
        Ask("fa@example.com");
        // Two entries share one attachment, which has the same name for everybody.
        Assert.Equal(["addresses", "base64", "body", "body", "com", "com", "com"], Kinds(made));
        Assert.Equal(made, Times());

        _place.Book[2]!["body"] = "Other links";
        _place.Write();
        Assert.Equal(0, _place.Command("config", "pull").ExitCode);
        var again = Times();
        Ask("links@example.com");
        Assert.Equal(again, Times());
        Assert.NotEqual(made, again);
        Assert.Contains(_place.Outbox, file =>
            File.ReadAllText(file).Contains("\n\nOther links\n", StringComparison.Ordinal));
    }

    [Fact]
    public void ManyProcessesAtOnce_OnAColdCache_AllAnswer()
    {
        ResponderProcess[] all = [.. Enumerable.Range(0, 12).Select(_ => _place.StartFilter())];
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 12 }, running =>
            running.Feed(RequestMail.FromSomebodyNew().ToBytes()));
        foreach (var running in all)
        {
            running.Finish().AssertDone();
            running.Dispose();
        }

        AssertWhole(24);
        Assert.DoesNotContain(Times().Keys, file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void FolderOfAnotherUser_CostsTimeOnly()
    {
        Ask("get@example.com");
        var made = Times();
        _place.GiveTo("mail_responder");
        using (var chown = System.Diagnostics.Process.Start("chown", ["-R", "root:", _place.PathTo(Rendered)]))
            chown.WaitForExit();
        _place.FilterUnder("""exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups "$@" """,
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
        // In a folder of that user, root acts as the user, and leaves no file of its own.
        Directory.Delete(_place.PathTo(Rendered), recursive: true);
        Ask("get@example.com");

        Assert.NotEmpty(made);
        Assert.True(!FileStatus.TryRead(_place.PathTo(Rendered), out var left) || left.Owner != 0);
        AssertWhole(6);
    }

    [Fact]
    public void ReplacedAttachment_IsInForceAtTheNextMessage()
    {
        Ask("get@example.com");
        byte[] other = [.. _place.Attachment.Reverse()];
        File.WriteAllBytes(_place.PathTo("files/tools/tool.zip"), other);
        Ask("fa@example.com");

        Assert.Equal(other, ReadMail.All(_place.Outbox)[^1].Attachment("ابزار.zip"));
    }

    [Fact]
    public void NamesOfTheSettings_AreInForceAtTheNextMessage()
    {
        Ask("get@example.com");
        _place.Settings["attachment_names"] = JsonNode.Parse(
            """[{ "domains": ["freemail.test"], "rename": { ".zip": ".zi_" } }]""");
        _place.Write();
        Ask("get@example.com");

        Assert.Equal(_place.Attachment, ReadMail.All(_place.Outbox)[^1].Attachment("tool.zi_"));
    }

    private void Ask(string address) => _place.Filter(
        RequestMail.FromSomebodyNew() with { To = address }, "--recipient", address).AssertDone();

    private void AssertWhole(int replies)
    {
        var mails = ReadMail.All(_place.Outbox);
        Assert.Equal(replies, mails.Count);
        Assert.All(mails, mail =>
        {
            Assert.Empty(mail.Defects);
            Assert.True(mail.IsSignedByUs);
            if (mail.Types[0] == "multipart/mixed")
                Assert.Equal(_place.Attachment, mail.Attachment("tool.zip"));
        });
    }

    private static IEnumerable<string> Kinds(Dictionary<string, DateTime> files) =>
        files.Keys.Select(file => Path.GetFileName(file).Split('.')[^1]).Order();

    private Dictionary<string, DateTime> Times() =>
        Directory.GetFiles(_place.PathTo(Rendered), "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(file => file, File.GetLastWriteTimeUtc);
}
