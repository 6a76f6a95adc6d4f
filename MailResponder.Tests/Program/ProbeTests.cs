using System.Text;
using MailResponder.Incoming;
using MailResponder.Store;
using MailResponder.Tests.Host;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Program;

/// <summary>
/// How the filter treats a probe of `responder doctor`, and a request that only looks like one: the guard, the quota
/// and the other rules apply to everybody who cannot read the address key.
/// </summary>
public sealed class ProbeTests : IDisposable
{
    private const string Robot = "Auto-Submitted: auto-generated\r\n";

    private readonly Workplace _place = new();
    private readonly RequestMail _mail = RequestMail.FromSomebodyNew();

    public ProbeTests()
    {
        // The first message creates the key and the database.
        _place.Filter(RequestMail.FromSomebodyNew(), "--recipient", "links@example.com").AssertDone();
        File.Delete(Assert.Single(_place.Outbox));
    }

    public void Dispose() => _place.Dispose();

    private string Database => ToolRun.Of("sqlite3", _place.PathTo("responder.db"), ".dump").AssertDone();

    [Theory]
    [InlineData("get+{0}@example.com")]
    [InlineData("mail_responder+get+{0}@localhost")]
    public void Probe_IsAnsweredAtItsSink_AndCountsNowhere(string recipient)
    {
        _place.SendThrough("cat >\"$here/reply.eml\"");
        var before = Database;
        var tag = Tag(DateTimeOffset.UtcNow);
        // Neither a robot's mark nor the number of requests matters.
        for (var i = 0; i < 5; i++)
        {
            var probe = _mail.Again() with { MoreHeaders = Robot, To = tag.On("get@example.com") };
            var asked = recipient.Replace("{0}", tag.Text, StringComparison.Ordinal);
            _place.Filter(probe, "--recipient", asked).AssertDone();
        }

        Assert.Equal(before, Database);
        Assert.Matches(
            "^probe address=get@example\\.com replies=1 ms=[0-9]+ queue_id=4bXyz receipts=sendmail:[0-9a-f]+$", Said);
        Assert.Contains("\"result\":\"probe\",\"reason\":null,", _place.Log.Events[^1], StringComparison.Ordinal);
        var reply = Assert.Single(ReadMail.All([_place.PathTo("reply.eml")]));
        Assert.True(reply.IsSignedByUs);
        var text = File.ReadAllText(_place.PathTo("reply.eml"));
        Assert.Contains($"\nTo: {tag.Sink}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(_mail.From, text, StringComparison.Ordinal);
        Assert.DoesNotContain("tool.zip", text, StringComparison.Ordinal);
    }

    [Fact]
    public void TokenOfAnybodyElse_IsATagLikeAnyOther()
    {
        var token = Tag(DateTimeOffset.UtcNow).Token;
        var forged = token[..^1] + (token[^1] == '0' ? '1' : '0');
        AddressKey.Create(_place.PathTo("another.key"));
        var another = AddressKey.Load(_place.PathTo("another.key")).ProbeToken(DateTimeOffset.UtcNow);
        // Another time, with the proof of this token.
        var moved = Tag(DateTimeOffset.UtcNow.AddSeconds(-9)).Token[..8] + token[8..];
        string[] tokens = [forged, another, moved, new('0', 32)];
        foreach (var each in tokens)
        {
            var request = RequestMail.FromSomebodyNew();
            var recipient = new ProbeTag(each).On("get@example.com");
            var sent = _place.Outbox.Count;
            // The quota and the guard both apply.
            for (var i = 0; i < 4; i++) _place.Filter(request.Again(), "--recipient", recipient).AssertDone();
            Assert.StartsWith("skipped reason=over-quota address=get@example.com ", Said, StringComparison.Ordinal);
            Assert.Equal(sent + 6, _place.Outbox.Count);
            _place.Filter(_mail with { MoreHeaders = Robot }, "--recipient", recipient).AssertDone();
            Assert.StartsWith("skipped reason=auto-submitted ", Said, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(_place.Outbox, reply =>
            File.ReadAllText(reply).Contains(ProbeTag.SinkDomain, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(6)]
    public void ProbeOfAnotherTime_IsDropped(int minutes)
    {
        Probe(Tag(DateTimeOffset.UtcNow.AddMinutes(minutes)));
        Assert.StartsWith("probe reason=stale ", Said, StringComparison.Ordinal);
        Assert.Empty(_place.Outbox);
    }

    [Fact]
    public void ProbeThatFails_SaysWhy_AndIsNotBroughtAgain()
    {
        _place.SendThrough("echo 'no room' >&2; exit 75");
        Probe(Tag(DateTimeOffset.UtcNow));
        Assert.Matches("^probe reason=send address=get@example\\.com replies=0 .* problem=\".*no room.*\"$", Said);

        var tag = Tag(DateTimeOffset.UtcNow);
        File.WriteAllText(_place.PathTo("responder.db"), new string('x', 5000));
        Probe(tag);
        Assert.StartsWith("probe reason=database address=get@example.com ", Said, StringComparison.Ordinal);
    }

    /// <summary>
    /// Without the key a genuine token cannot be recognized. The message is kept, and is not counted as a deferral.
    /// </summary>
    [Fact]
    public void ProbeThatCannotBeKnown_IsKept_AndCountsNowhere()
    {
        var tag = Tag(DateTimeOffset.UtcNow);
        File.WriteAllText(_place.PathTo("address.key"), "damaged");
        foreach (var recipient in (string[])[tag.On("get@example.com"), "get@example.com"])
            _place.Filter(_mail.Again(), "--recipient", recipient).AssertDeferred("4.3.5 ");
        Assert.StartsWith("deferred reason=key-file ", Said, StringComparison.Ordinal);
        Assert.Contains("]: probe reason=key-file ", _place.Log.Reports[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void ProbeThroughSes_GoesToTheMailboxThatAmazonDrops()
    {
        using var ses = new SesDouble();
        _place.SendThrough(ses);
        Probe(Tag(DateTimeOffset.UtcNow));
        Assert.EndsWith(" receipts=ses:id-1", Said, StringComparison.Ordinal);
        Assert.Contains("\nTo: success@simulator.amazonses.com\r\n",
            Encoding.UTF8.GetString(Assert.Single(ses.Accepted).RawMessage), StringComparison.Ordinal);
    }

    [Fact]
    public void Outbox_StaysEmpty()
    {
        Probe(Tag(DateTimeOffset.UtcNow));
        Assert.Contains(" replies=1 ", Said, StringComparison.Ordinal);
        Assert.Empty(_place.Outbox);
    }

    [Fact]
    public void MailFilterThatSaidNothing_IsNamed()
    {
        _place.Settings["authserv_id"] = "mx.example.com";
        _place.Write();
        Probe(Tag(DateTimeOffset.UtcNow), "Authentication-Results: mx.example.org; dmarc=none\r\n");
        const string Silent = "probe reason=authentication address=get@example.com replies=1 ";
        Assert.StartsWith(Silent, Said, StringComparison.Ordinal);
        Probe(Tag(DateTimeOffset.UtcNow), "Authentication-Results: mx.example.com; dmarc=none\r\n");
        Assert.StartsWith("probe address=get@example.com replies=1 ", Said, StringComparison.Ordinal);
    }

    private string Said =>
        _place.Log.Reports[^1][(_place.Log.Reports[^1].IndexOf("]: ", StringComparison.Ordinal) + 3)..];

    private ProbeTag Tag(DateTimeOffset made) => new(AddressKey.Load(_place.PathTo("address.key")).ProbeToken(made));

    private void Probe(ProbeTag tag, string headers = "")
    {
        var probe = _mail.Again() with { MoreHeaders = headers };
        _place.Filter(probe, "--recipient", tag.On("get@example.com")).AssertDone();
    }
}
