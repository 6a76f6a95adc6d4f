using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Metrics;
using MailResponder.Statistics;
using MailResponder.Store;

namespace MailResponder.Tests.Program;

/// <summary>A requester over quota is answered if `responder canary` made the request, and only then.</summary>
public sealed class CanaryRequestTests : IDisposable
{
    private readonly Workplace _place = new();

    public CanaryRequestTests()
    {
        _place.Settings["daily_limit"] = 1;
        _place.Write();
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("zahra@freemail.test", 0, true)]
    [InlineData("Zahra@FREEMAIL.test", 0, true)]
    // At some providers this address belongs to another person.
    [InlineData("zahra+tag@freemail.test", 0, false)]
    [InlineData("zahra@freemail.test", -3500, true)]
    [InlineData("zahra@freemail.test", -3700, false)]
    [InlineData("zahra@freemail.test", 3700, false)]
    [InlineData("omid@freemail.test", 0, false)]
    public void Quota_IsForAllOthers(string requester, int age, bool isAnswered)
    {
        _place.Filter(new RequestMail(requester)).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
        var key = AddressKey.Load(_place.PathTo("address.key"));
        var tag = CanaryTag.New(key, DateTimeOffset.UtcNow.AddSeconds(age), "zahra@freemail.test");

        _place.Filter(With(requester, tag.On(1, "freemail.test"))).AssertDone();
        Assert.Equal(isAnswered ? 4 : 2, _place.Outbox.Count);
        // The person's own quota is as used up as before.
        _place.Filter(new RequestMail(requester)).AssertDone();
        Assert.Equal(isAnswered ? 4 : 2, _place.Outbox.Count);
    }

    /// <summary>Until the reset, some hosts do not have the new key yet.</summary>
    [Fact]
    public void NewKey_MakesNoTagBeforeItIsInForce()
    {
        _place.Filter(new RequestMail("zahra@freemail.test")).AssertDone();
        var inForce = AddressKey.Load(_place.PathTo("address.key"));
        Assert.Equal(0, _place.Command("blacklist", "rotate-key").ExitCode);

        AssertTagOf(inForce, answers: 4);
        AssertTagOf(AddressKey.Load(_place.PathTo("address.key")), answers: 4);

        void AssertTagOf(AddressKey key, int answers)
        {
            var tag = CanaryTag.New(key, DateTimeOffset.UtcNow, "zahra@freemail.test");
            _place.Filter(With("zahra@freemail.test", tag.On(1, "freemail.test"))).AssertDone();
            Assert.Equal(answers, _place.Outbox.Count);
        }
    }

    [Theory]
    [InlineData("canary-@freemail.test")]
    [InlineData("canary-00000000000000000000000000000000.1@freemail.test")]
    [InlineData("canary-ffffffffffffffffffffffffffffffff.1@freemail.test")]
    [InlineData("Canary-6553f100aaaaaaaaaaaaaaaaaaaaaaaa.1@freemail.test")]
    public void ForgedTag_IsNoTag(string id)
    {
        _place.Filter(new RequestMail("zahra@freemail.test")).AssertDone();
        _place.Filter(With("zahra@freemail.test", id)).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
        Assert.Contains(_place.Log.Reports, line => line.Contains("over-quota", StringComparison.Ordinal));
    }

    [Fact]
    public void AnsweredCanary_CountsNowhere()
    {
        _place.Filter(new RequestMail("omid@freemail.test")).AssertDone();
        var key = AddressKey.Load(_place.PathTo("address.key"));
        _place.Filter(With("zahra@freemail.test",
            CanaryTag.New(key, DateTimeOffset.UtcNow, "zahra@freemail.test").On(1, "freemail.test"))).AssertDone();
        Assert.Equal(4, _place.Outbox.Count);
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        var traffic = new Traffic(1, []);
        foreach (var line in (string[])[Event(Result.Replied), Event(Result.Canary)])
        {
            counts.Add(Encoding.UTF8.GetBytes(line));
            traffic.Add(Encoding.UTF8.GetBytes(line));
        }

        var figures = counts.Figures(1);
        Assert.Equal((1, 0, 1), (figures.Answered, figures.UnmatchedLines, traffic.Replies));
        Assert.Contains(_place.Log.Reports,
            line => line.Contains("]: canary address=get@example.com replies=2 ", StringComparison.Ordinal));

        string Event(Result result) => MessageLog.Event(
            new Outcome(result) { Address = "get@example.com", Receipts = ["outbox:a"] }, 1, DateTimeOffset.UtcNow);
    }

    [Fact]
    public void Token_IsAnotherOneInTheSameSecond()
    {
        _place.Filter(new RequestMail("zahra@freemail.test")).AssertDone();
        var key = AddressKey.Load(_place.PathTo("address.key"));
        var now = DateTimeOffset.UtcNow;
        var tokens = Enumerable.Range(0, 3).Select(_ => CanaryTag.New(key, now, "zahra@freemail.test")).ToList();
        Assert.Equal(3, tokens.Distinct().Count());
        Assert.All(tokens, tag => Assert.True(tag.IsOf("zahra@freemail.test", key)));
    }

    [Fact]
    public void Quota_OfACanaryIsFinite()
    {
        var key = AddressKey.LoadOrCreate(_place.PathTo("address.key"), new(_place.PathTo("responder.db"), null));
        ProgramRun Ask() => _place.Filter(With("zahra@freemail.test",
            CanaryTag.New(key, DateTimeOffset.UtcNow, "zahra@freemail.test").On(1, "freemail.test")));
        Ask().AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
        RetryTests.Sqlite(_place, $"UPDATE quota SET used = {CanaryTag.Quota - 1}");
        Ask().AssertDone();
        Assert.Equal(4, _place.Outbox.Count);
        Ask().AssertDone();
        Assert.Equal(4, _place.Outbox.Count);
    }

    [Fact]
    public void AddressThatTheBookDoesNotKnow_IsAWarningOfConfigCheck()
    {
        _place.WriteSecret("mailbox.password", "secret\n");
        _place.Settings["canary"] = JsonNode.Parse("""
            [{ "name": "gmail", "address": "zahra@freemail.test", "password_file": "mailbox.password",
               "submission": { "server": "smtp.freemail.test" }, "imap": { "server": "imap.freemail.test" },
               "requests": ["get@example.com", "nosuch@example.net"] }]
            """);
        _place.Write();
        var run = _place.Command("config", "check");
        var said = run.OutputText + run.Errors;
        Assert.Contains("canary: gmail writes to nosuch@example.net, which ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("gmail writes to get@", said, StringComparison.Ordinal);
    }

    [Fact]
    public void BlockedCanary_IsBlocked()
    {
        _place.Settings["blocked_domains"] = new System.Text.Json.Nodes.JsonArray("freemail.test");
        _place.Write();
        var key = AddressKey.LoadOrCreate(_place.PathTo("address.key"), new(_place.PathTo("responder.db"), null));
        var tag = CanaryTag.New(key, DateTimeOffset.UtcNow, "zahra@freemail.test");
        _place.Filter(With("zahra@freemail.test", tag.On(1, "freemail.test"))).AssertDone();
        Assert.Empty(_place.Outbox);
    }

    private static byte[] With(string requester, string id)
    {
        var mail = Encoding.UTF8.GetString(new RequestMail(requester).ToBytes());
        return Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(
            mail, "Message-ID: <.*>", $"Message-ID: <{id}>"));
    }
}
