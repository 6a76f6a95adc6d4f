using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>A person who mistypes an address, or whose quota is used up, is told so once.</summary>
public sealed class AnswerInPlaceOfSilenceTests : IDisposable
{
    private readonly Workplace _place = new();

    public AnswerInPlaceOfSilenceTests()
    {
        Add("*@example.com", "There is no such address. Write to get@example.com.\n");
        Add("over-quota@example.com", "You have had three answers today.\n");
        _place.Settings["over_quota"] = "over-quota@example.com";
        _place.Write();
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void MistypedAddress_IsAnsweredOnceAWindowOutOfTheQuota()
    {
        var person = RequestMail.FromSomebodyNew() with { To = "gett@example.com" };
        for (var i = 0; i < 3; i++) Ask(person.Again(), "gett@example.com");
        Assert.Matches(@"\]: replied reason=unknown-address address=\*@example\.com replies=1 ", _place.Log.Reports[0]);
        Assert.All(_place.Log.Reports.Skip(1), line => Assert.Contains(
            "]: skipped reason=unknown-address address=*@example.com ", line, StringComparison.Ordinal));
        Assert.Single(_place.Outbox);

        for (var i = 0; i < 3; i++) Ask(person.Again(), "links@example.com");
        Assert.Equal(["There is no", "Links: http", "Links: http", "You have ha"], Texts());

        Assert.Equal(0, _place.Command("blacklist", "reset").ExitCode);
        Ask(person.Again(), "gte@example.com");
        Assert.Equal(5, _place.Outbox.Count);
    }

    /// <summary>
    /// A forger could write anything into the address, and our signed mail would bring it to the victim.
    /// </summary>
    [Fact]
    public void MistypedAddress_DoesNotComeBack()
    {
        Ask(RequestMail.FromSomebodyNew() with { Subject = "buy-this" }, "your-account-is-closed@example.com");

        var text = File.ReadAllText(Assert.Single(_place.Outbox));
        Assert.DoesNotContain("your-account", text, StringComparison.OrdinalIgnoreCase);
        var reply = ReadMail.All(_place.Outbox)[0];
        Assert.True(reply.IsSignedByUs);
        Assert.Equal(("Re: example.com", null), (reply["Subject"], reply["Reply-To"]));
    }

    [Fact]
    public void RobotsAndTheLimited_StayUnansweredAsEver()
    {
        var robot = RequestMail.FromSomebodyNew() with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" };
        Ask(robot, "gett@example.com");
        Ask(new RequestMail("no-reply@freemail.test"), "gett@example.com");
        Ask(RequestMail.FromSomebodyNew(), "bounces@example.com");
        _place.Settings["limits"] = new JsonObject { ["service_per_day"] = 1, ["when_reached"] = "drop" };
        _place.Write();
        Ask(RequestMail.FromSomebodyNew(), "gett@example.com");
        Ask(RequestMail.FromSomebodyNew(), "gett@example.com");

        Assert.Equal(["auto-submitted", "robot-sender", "unknown-address", "unknown-address", "service-limit"],
            _place.Log.Reports.Where(line => line.Contains(" reason=", StringComparison.Ordinal))
                .Select(line => line.Split("reason=")[1].Split(' ')[0]));
        Assert.Single(_place.Outbox);
    }

    [Fact]
    public void RetryOfANotice_SendsItAndNoAnswer()
    {
        var person = RequestMail.FromSomebodyNew();
        for (var i = 0; i < 3; i++) Ask(person.Again(), "links@example.com");
        Directory.Move(_place.PathTo("outbox"), _place.PathTo("away"));
        File.WriteAllText(_place.PathTo("outbox"), "in the way");
        var fourth = person.Again();
        _place.Filter(fourth, "--recipient", "links@example.com").AssertDeferred();
        File.Delete(_place.PathTo("outbox"));
        Directory.Move(_place.PathTo("away"), _place.PathTo("outbox"));

        for (var i = 0; i < 2; i++) Ask(fourth, "links@example.com");
        Ask(person.Again(), "links@example.com");

        Assert.Equal(["Links: http", "Links: http", "Links: http", "You have ha"], Texts());
        Assert.Equal("links@example.com", ReadMail.All(_place.Outbox)[3]["Reply-To"]);
        Assert.Single(_place.Log.Reports, line => line.Contains(
            "]: skipped reason=over-quota address=links@example.com replies=1 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Blocked_GetsNoNotice()
    {
        var person = RequestMail.FromSomebodyNew();
        for (var i = 0; i < 3; i++) Ask(person.Again(), "links@example.com");
        Assert.Equal(0, _place.Command("blacklist", "block", person.From).ExitCode);

        Ask(person.Again(), "links@example.com");

        Assert.Equal(3, _place.Outbox.Count);
        Assert.Contains("]: skipped reason=blocked ", _place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ThousandRequests_BringFourMails() => ThousandRequests(_place);

    /// <summary>Sends a thousand requests of one person, sixteen processes at a time; the quota is three.</summary>
    internal static void ThousandRequests(Workplace place)
    {
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
            place.Filter(person.Again(), "--recipient", "links@example.com").AssertDone());

        Assert.Equal(4, place.Outbox.Count);
        Assert.Equal((3, 1, 996), (Count("replied "), Count("skipped reason=over-quota address=links@example.com repl"),
            Count("skipped reason=over-quota address=links@example.com ms=")));

        int Count(string beginning) =>
            place.Log.Reports.Count(line => line.Contains("]: " + beginning, StringComparison.Ordinal));
    }

    [Fact]
    public void NoticeThatTheBookDoesNotHave_IsAFaultWithItsLine()
    {
        _place.Settings["over_quota"] = "quota@example.com";
        _place.Write();

        var run = _place.Command("config", "check");

        Assert.Equal(65, run.ExitCode);
        Assert.Contains("settings.json:1: over_quota: ", run.OutputText, StringComparison.Ordinal);
        Assert.Contains(
            "has 0 entries for quota@example.com; there must be one", run.OutputText, StringComparison.Ordinal);
    }

    private void Ask(RequestMail mail, string address) => _place.Filter(mail, "--recipient", address).AssertDone();

    private void Add(string address, string body) => _place.Book.Add(new JsonObject
    {
        ["email_addr"] = address,
        ["body"] = body,
        ["attachments"] = null,
    });

    /// <summary>Returns the beginnings of all replies, oldest first.</summary>
    private IEnumerable<string> Texts() =>
        ReadMail.All(_place.Outbox).Select(reply => Encoding.UTF8.GetString(reply.Content("text/plain"))[..11]);
}
