using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>Tests `attachments: off` in the response book, and everything that reports it.</summary>
public sealed class AttachmentSwitchTests : IDisposable
{
    private const string Off = "attachments: is off: 2 of 4 entries go out without theirs";
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Off_EveryEntryGoesOutWithoutItsAttachmentsAndIsMarked()
    {
        Install("off");

        for (var i = 0; i < 2; i++)
            _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        var replies = ReadMail.All(_place.Outbox);
        Assert.Equal(4, replies.Count);
        Assert.All(replies, reply => Assert.True(reply.IsSignedByUs));
        Assert.All(replies, reply => Assert.DoesNotContain("application/zip", reply.Types));
        Assert.Equal(2, replies.Count(reply => reply.Types.Contains("text/html")));
        Assert.All(_place.Log.Reports, line =>
            Assert.Single(line.Split("(without-attachments)").Skip(1)));

        Install("on");
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(_place.Attachment, ReadMail.All(_place.Outbox)[^1].Attachment("tool.zip"));
    }

    /// <summary>
    /// The reason for switching attachments off may be a missing file, or one too large for its send method.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Off_IsTakenWhateverIsWrongWithTheFiles(bool isTooLarge)
    {
        var file = _place.PathTo("files/tools/tool.zip");
        if (isTooLarge)
            File.WriteAllBytes(file, new byte[26 << 20]);
        else
            File.Delete(file);
        _place.SendThrough("cat >/dev/null");

        Assert.Contains(isTooLarge ? ": warning: entry 2, attachments: encoded they are "
            : ": warning: entry 2, attachments: ", Install("off").Errors, StringComparison.Ordinal);
        Assert.Equal(0, _place.Command("config", "check").ExitCode);
        Assert.NotEqual(0, Try("on").ExitCode);
    }

    [Fact]
    public void Commands_SayThatItIsOff()
    {
        Assert.Contains("get@example.com: reply 2 is sent without its attachments\n", Install("off").OutputText,
            StringComparison.Ordinal);
        Assert.Contains("warning: " + Off, _place.Command("config", "check").OutputText, StringComparison.Ordinal);
        Assert.Contains("warning: " + Off, _place.Command("config", "check", _place.PathTo("responses.json"))
            .OutputText, StringComparison.Ordinal);
        Assert.Contains("get@example.com  2 reply(s), attachments held back\n",
            _place.Command("config", "show").OutputText, StringComparison.Ordinal);
        Assert.Contains("  authentication: none; the book holds its attachments back\n",
            _place.Command("config", "show", "get@example.com").OutputText, StringComparison.Ordinal);
        Assert.Contains(Off + " — set it to \"on\" when they may be sent again",
            _place.Command("doctor").OutputText, StringComparison.Ordinal);

        // Cron mails the output of a pull, every hour and from every host.
        Assert.DoesNotContain("attachments", _place.Command("config", "pull").Errors, StringComparison.Ordinal);

        Assert.Contains("get@example.com: reply 2 is sent with its attachments again, if it has any\n",
            Install("on").OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain(Off, _place.Command("config", "check").OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void Stats_CountsTheReplies()
    {
        Install("off");
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.WriteAllLines(_place.PathTo("events"), _place.Log.Events);

        string Stats(string form) => _place.Command("stats", "--log", _place.PathTo("events"), form).OutputText;

        Assert.Contains("\"replies\": 2,\n    \"replies_without_attachments\": 1,", Stats("--json"),
            StringComparison.Ordinal);
        Assert.Contains("\"attachments_are_off\": true", Stats("--json"), StringComparison.Ordinal);
        Install("on");
        Assert.Contains("\"attachments_are_off\": false", Stats("--json"), StringComparison.Ordinal);
    }

    private ProgramRun Install(string value)
    {
        var run = Try(value);
        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        return run;
    }

    private ProgramRun Try(string value)
    {
        File.WriteAllText(_place.PathTo("next.json"),
            $$"""{ "attachments": "{{value}}", "entries": {{_place.Book.ToJsonString()}} }""");
        return _place.Command("config", "install", _place.PathTo("next.json"));
    }
}
