using MailResponder.Reply;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Fuzz;

/// <summary>Replies to random requests, read by Python, which shares no code with us.</summary>
public sealed class FuzzedReplies
{
    private const int Replies = 300;

    [Fact]
    public void Python_ReadsThemAsTheyWereMeant()
    {
        using var folder = new TemporaryFolder();
        var worker = new FuzzWorker(FuzzTargets.All.Single(target => target.Name == "reply"), 20261124);
        var expected = new List<(string To, string Subject)>();
        for (var number = 0L; expected.Count < Replies; number++)
        {
            if (ReplyTrial.RequestIn(worker.Input(number)) is not { } request)
                continue;
            File.WriteAllBytes(folder.PathTo($"{expected.Count:D3}"), ReplyTrial.Compose(request));
            expected.Add((ReplyTrial.Recipient(request), ReplySubject.For(request, ReplyTrial.Entry.Address)));
        }

        var read = ReadMail.All(Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal), "");

        Assert.Equal(expected, read.Select(mail => (mail["To"]!, mail["Subject"]!)));
        Assert.DoesNotContain(read.SelectMany(mail => mail.Defects), defect =>
            !defect.StartsWith("To: ", StringComparison.Ordinal));
    }
}
