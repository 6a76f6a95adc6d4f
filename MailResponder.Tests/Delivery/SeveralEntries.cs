using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Tests.Reply;

namespace MailResponder.Tests.Delivery;

/// <summary>
/// A request whose address has several entries, with a real store and a sendmail that refuses some replies.
/// </summary>
public sealed class SeveralEntries : IDisposable
{
    /// <summary>The words of <see cref="SendmailScript"/> on a failure, as they are logged.</summary>
    private const string Words = "recipient (masked) is none of my business";

    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new();
    private readonly SendmailScript _sendmail;
    private readonly ResponderSettings _settings;
    private readonly RequesterStore _store;
    private readonly Requester _requester;

    public SeveralEntries()
    {
        _sendmail = new SendmailScript(_folder);
        _settings = TestSettings.In(_folder.Path) with { SendMethod = SendMethod.Sendmail };
        var key = AddressKey.LoadOrCreate(_settings.AddressKeyFile, _settings.Database);
        _store = RequesterStore.Open(_settings.Database, key, TimeSpan.FromSeconds(10), _clock);
        _requester = key.Requester("joe@example.net")!;
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void All_AreSentInFileOrder()
    {
        var outcome = Answer(["first", "second"], SendMethod.Outbox);

        Assert.Equal(Result.Replied, outcome.Result);
        Assert.Null(outcome.Problem);
        Assert.Equal(["Subject: first", "Subject: second"], outcome.Receipts.Select(SubjectOf));
    }

    [Fact]
    public void FailedOne_DoesNotStopTheNext()
    {
        var outcome = Answer(["exit 75", "second"]);

        Assert.Equal((Result.Deferred, Cause.Send, "send"), (outcome.Result, outcome.Cause, outcome.Reason));
        Assert.StartsWith("sendmail:", Assert.Single(outcome.Receipts), StringComparison.Ordinal);
        Assert.Equal($"entry 1: {_sendmail.Path} failed with exit code 75: {Words}", outcome.Problem);
        Assert.Single(_sendmail.Mails, mail => mail.Contains("Subject: second", StringComparison.Ordinal));
    }

    [Fact]
    public void Retry_SendsOnlyWhatIsMissingAndChargesNothing()
    {
        Answer(["exit 75", "second"]);
        _sendmail.Mend();

        var outcome = Answer(["exit 75", "second"]);

        Assert.Equal(Result.Replied, outcome.Result);
        Assert.StartsWith("sendmail:", Assert.Single(outcome.Receipts), StringComparison.Ordinal);
        Assert.Equal(1, _store.Used(_requester));
        Assert.Single(_sendmail.Mails, mail => mail.Contains("Subject: exit 75", StringComparison.Ordinal));
        Assert.Single(_sendmail.Mails, mail => mail.Contains("Subject: second", StringComparison.Ordinal));
    }

    [Fact]
    public void RefusedOne_IsGivenUp()
    {
        var first = Answer(["exit 67", "second"]);
        _sendmail.Mend();
        var again = Answer(["exit 67", "second"]);

        Assert.Equal(Result.Replied, first.Result);
        Assert.Equal($"entry 1: {_sendmail.Path} refused it with exit code 67: {Words}", first.Problem);
        Assert.Equal(Result.Replied, again.Result);
        Assert.Empty(again.Receipts);
        Assert.Single(_sendmail.Mails);
        Assert.Equal(1, _store.Used(_requester));
    }

    [Fact]
    public void AllRefused_GivesTheQuotaBackOnce()
    {
        _store.Claim(new MessageKey([1]), _requester, 3);
        _store.Claim(new MessageKey([2]), _requester, 3);

        var outcome = Answer(["exit 67", "exit 65"]);
        Answer(["exit 67", "exit 65"]);

        Assert.Equal((Result.Failed, "refused"), (outcome.Result, outcome.Reason));
        Assert.Empty(outcome.Receipts);
        Assert.Equal($"entry 1: {_sendmail.Path} refused it with exit code 67: {Words}; "
            + $"entry 2: {_sendmail.Path} refused it with exit code 65: {Words}",
            outcome.Problem);
        Assert.Equal(2, _store.Used(_requester));
    }

    [Fact]
    public void RefusedAndTemporary_KeepsTheQuotaUntilItIsDecided()
    {
        var outcome = Answer(["exit 67", "exit 75"]);

        Assert.Equal(Result.Deferred, outcome.Result);
        Assert.Equal(1, _store.Used(_requester));
    }

    [Fact]
    public void MissingAttachment_DefersItsEntryOnly()
    {
        var outcome = Answer([TestBook.Entry() with { Attachments = [new ResponseAttachment("b", "none.zip", "a", 1)] },
            Entry("second", 2)]);

        Assert.Equal((Result.Deferred, Cause.Attachment), (outcome.Result, outcome.Cause));
        Assert.Equal($"entry 1: attachment {_settings.FilesRoot}/b/none.zip: does not exist", outcome.Problem);
        Assert.Single(_sendmail.Mails);
    }

    [Fact]
    public void PassedDeadline_DefersTheRest()
    {
        var outcome = Answer([Entry("first", 1)], deadline: new Deadline(_clock, TimeSpan.Zero));

        Assert.Equal((Result.Deferred, Cause.Deadline), (outcome.Result, outcome.Cause));
        Assert.Equal("entry 1: the deadline has passed", outcome.Problem);
        Assert.Empty(_sendmail.Mails);
    }

    [Fact]
    public void EntrysOwnMethod_ComesBeforeTheSettings()
    {
        var outcome = Answer([Entry("first", 1) with { SendMethod = SendMethod.Outbox }, Entry("second", 2)]);

        Assert.Equal(2, outcome.Receipts.Count);
        Assert.Equal("Subject: first", SubjectOf(outcome.Receipts[0]));
        Assert.StartsWith("sendmail:", outcome.Receipts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void LogLine_NeverNamesTheRequester()
    {
        foreach (var outcome in new[] { Answer(["exit 75", "second"]), Answer(["exit 67", "second"]) })
            Assert.DoesNotContain("joe", MessageLog.Line(outcome, 1), StringComparison.OrdinalIgnoreCase);
    }

    private static ResponseEntry Entry(string subject, int number) => TestBook.Entry(number: number) with
    {
        Subject = subject,
    };

    private static string SubjectOf(string file) =>
        File.ReadLines(file).Single(line => line.StartsWith("Subject:", StringComparison.Ordinal));

    private Outcome Answer(string[] subjects, SendMethod? method = null) =>
        Answer([.. subjects.Select((subject, i) => Entry(subject, i + 1) with { SendMethod = method })]);

    private Outcome Answer(ResponseEntry[] entries, Deadline? deadline = null)
    {
        deadline ??= new Deadline(_clock, TimeSpan.FromSeconds(60));
        var key = new MessageKey(TestReply.MessageKey);
        var claim = _store.Claim(key, _requester, 3);
        var message = new ClaimedMessage(claim, _store, _requester);
        return new Replier(_settings, new Renderings(_settings, new FolderSource(_settings)),
            new Senders(_settings, deadline, _clock), deadline, new Progress(), _clock)
            .Reply(TestReply.Request(), entries, message);
    }
}
