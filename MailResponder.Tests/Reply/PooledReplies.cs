using System.Text;
using MailResponder.Incoming;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Reply;

/// <summary>Pool links in the replies to a message that needs more than one delivery attempt.</summary>
public sealed class PooledReplies : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>By then the requester gets other links, but the entry still counts as the one that was sent.</summary>
    [Fact]
    public void RetryInTheNextPeriod_SendsOnlyWhatIsMissing()
    {
        var settings = TestSettings.In(_folder.Path);
        File.WriteAllText(settings.ResponseBook, """
            {
              "pools": { "mirrors": { "links": [
            """ + string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"https://m{i}.example.net/\"")) + """
                ], "each": 2, "days": 7 } },
              "entries": [
                { "email_addr": "get@example.com", "body": "{{mirrors}}" },
                { "email_addr": "get@example.com", "body": [["plain", "{{mirrors}}"], ["html", "{{mirrors}}"]],
                  "attachments": [["tools", "tool.zip", "tool.zip"]] }
              ]
            }
            """);
        Assert.Equal(Result.Deferred, Answer(settings));
        Assert.Equal(Result.Deferred, Answer(settings));
        var first = Assert.Single(Outbox(settings));

        _clock.Now += TimeSpan.FromDays(7);
        Directory.CreateDirectory(Path.Join(settings.FilesRoot, "tools"));
        File.WriteAllText(Path.Join(settings.FilesRoot, "tools", "tool.zip"), "the tool");
        Assert.Equal(Result.Replied, Answer(settings));
        Assert.Equal(Result.Replied, Answer(settings));

        var second = Assert.Single(Outbox(settings), file => file != first);
        Assert.Equal(2, Links(second).Length);
        Assert.Empty(Links(second).Intersect(Links(first)));
    }

    private static string[] Outbox(ResponderSettings settings) =>
        Directory.Exists(settings.Outbox) ? Directory.GetFiles(settings.Outbox) : [];

    private static string[] Links(string file) =>
        MimeMessage.Load(file).TextBody!.Split("\n", StringSplitOptions.RemoveEmptyEntries);

    private Result Answer(ResponderSettings settings)
    {
        using var mail = new MemoryStream(Encoding.ASCII.GetBytes(
            "From: joe@example.net\nTo: get@example.com\nSubject: x\nMessage-ID: <1@example.net>\n\nx\n"));
        return new Responder(settings, new Deadline(_clock, TimeSpan.FromMinutes(1)), new Progress(), _clock)
            .Answer(new Envelope("get@example.com"), mail).Result;
    }
}
