using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Feedback;

/// <summary>Tests `responder feedback` of the published program.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class FeedbackProgramTests(PrivateMariaDb server) : IDisposable
{
    private const string AsItsUser =
        """exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups "$@" """;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhoseRepliesBounce_IsNotAnsweredUntilTheOperatorSaysSo(bool onMySql)
    {
        if (onMySql)
        {
            var settings = server.NewDatabase();
            _place.WriteSecret("address.key", new string('7', 64));
            _place.Settings["database"] = new JsonObject
            {
                ["mysql"] = new JsonObject
                {
                    ["socket"] = server.Socket,
                    ["user"] = settings.User,
                    ["password_file"] = settings.PasswordFile,
                    ["database"] = settings.Database,
                },
            };
            _place.Write();
        }

        _place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        _place.Write();
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        AssertAnswered(1, person);
        var bounce = Write("bounce.json",
            Notifications.InSqs(Notifications.InSns(Notifications.Bounce(person.From, at: DateTimeOffset.UtcNow))));

        AssertFed("1 blocked, 1 blocked already", bounce, bounce);
        AssertAnswered(0, person);
        Assert.Contains("reason=blocked ", _place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Equal("blocked, because a reply bounced or was complained about\n",
            _place.Command("blacklist", "check", person.From).OutputText);
        Assert.Matches("blocked: +1\n +by feedback: +1\n", _place.Command("blacklist", "show").OutputText);

        Assert.Equal(0, _place.Command("blacklist", "remove", person.From).ExitCode);
        AssertFed("0 blocked, 1 taken off the lists since then, left alone", bounce);
        AssertAnswered(1, person);
    }

    /// <summary>
    /// Postfix passes on what anybody wrote to the address. What is refused for good must neither bounce nor stay in
    /// the queue; a notification that a certificate may verify later must stay.
    /// </summary>
    [Fact]
    public void MailFromPostfix_IsBelievedOnlyWhenSignedForTheTopic()
    {
        using var key = new SnsKey();
        File.WriteAllText(_place.PathTo("sns.pem"), key.Pem);
        _place.WriteSecret("address.key", new string('7', 64));
        _place.GiveTo("mail_responder");
        var envelope = Notifications.InSns(
            Notifications.Bounce(RequestMail.FromSomebodyNew().From, at: DateTimeOffset.UtcNow));
        key.Sign(envelope, "2");
        var signed = Notifications.Mail(envelope.ToJsonString(), "base64", "");
        AssertMail(0, "1 blocked", "", signed);

        envelope["Message"] = Notifications.Bounce("victim@freemail.test", at: DateTimeOffset.UtcNow).ToJsonString();
        const string noSignature = "standard input:1: item 1: has no signature";
        AssertMail(75, "0 blocked", noSignature, Notifications.Mail(envelope.ToJsonString(), "base64", ""));
        key.Sign(envelope, "1");
        AssertMail(75, "0 blocked", "standard input:1: item 1: is signed with SHA-1",
            Notifications.Mail(envelope.ToJsonString()));
        // Fed by hand, every refusal has its exit code.
        AssertMail(65, "0 blocked", "standard input:1: item 1: is signed with SHA-1", envelope.ToJsonString());
        envelope["TopicArn"] = "arn:aws:sns:eu-west-1:999999999999:of-an-attacker";
        key.Sign(envelope, "2");
        AssertMail(0, "0 blocked", "standard input:1: item 1: is from another topic",
            Notifications.Mail(envelope.ToJsonString()));
        AssertMail(0, "0 blocked", "standard input:1: item 1: is a mail that does not begin with a notification",
            "From: zahra@freemail.test\n\nHello\n");
        AssertMail(0, "0 blocked", "standard input: is a mail of over 1 MiB", signed + new string('\n', 1 << 20));
        var flood = AssertMail(0, "0 blocked", "standard input:1: item 1, Messages[1]: came without SNS's envelope",
            "From: a@b.test\n\n{\"Messages\":[" + string.Concat(Enumerable.Repeat("{},", 2000)) + "{}]}\n");
        Assert.Equal(4, flood.Errors.Count(character => character == '\n'));
        Assert.EndsWith("\nstandard input: and 998 more\n", flood.Errors, StringComparison.Ordinal);
    }

    private ProgramRun AssertMail(int code, string output, string errors, string input)
    {
        var run = ResponderProcess.Run(AsItsUser, Encoding.UTF8.GetBytes(input), "feedback", "--topic",
            Notifications.Topic, "--sns-certificate", _place.PathTo("sns.pem"), "-", "--settings", _place.SettingsFile);
        Assert.Equal((code, output + "\n"), (run.ExitCode, run.OutputText));
        Assert.StartsWith(errors, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("@", run.Errors, StringComparison.Ordinal);
        return run;
    }

    [Fact]
    public void ExitCode_TellsWhatIsToBeDone()
    {
        _place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        _place.Write();
        var good = Write("good.json", Notifications.InSns(
            Notifications.Bounce("a@freemail.test", at: DateTimeOffset.UtcNow)));
        File.WriteAllText(_place.PathTo("bad.json"), "{}\n{");

        AssertExit(65, "bad.json:2: item 2: is not complete JSON", _place.PathTo("bad.json"), good);
        AssertExit(66, "none.json: does not exist", _place.PathTo("none.json"), good);
        AssertExit(66, "is a folder; name the files in it", _place.Folder, good);
        AssertExit(75, "certificate", "--topic", "t", "--sns-certificate", _place.PathTo("none.pem"), good);
        Assert.Equal("blocked, because a reply bounced or was complained about\n",
            _place.Command("blacklist", "check", "a@freemail.test").OutputText);
        File.WriteAllText(_place.PathTo("responder.db"), "this is no database, and has never been one");
        AssertExit(75, "responder.db", good);
    }

    /// <summary>Postfix keeps the mail for the code 75 only.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void BounceWithoutDescriptors_IsKept(int most)
    {
        var run = ResponderProcess.Run($"ulimit -n {most}; {ResponderProcess.Plainly}",
            "Subject: hello\n\n"u8.ToArray(), "feedback", "--bounce", "--settings", _place.SettingsFile);
        Assert.Equal((75, ""), (run.ExitCode, run.OutputText));
        Assert.StartsWith("responder: Too many open files", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutATopic_NothingIsFed()
    {
        var bounce = Write("bounce.json",
            Notifications.InSns(Notifications.Bounce("a@freemail.test", at: DateTimeOffset.UtcNow)));
        AssertExit(75, "\"feedback\": { \"topic\": \"arn:aws:sns:…\" }", bounce);
        Assert.Contains("0 of ", _place.Command("blacklist", "check", "a@freemail.test").OutputText,
            StringComparison.Ordinal);
        AssertExit(65, "is from another topic", "--topic", "arn:aws:sns:eu-west-1:999999999999:x", bounce);
        _place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        _place.Write();
        AssertExit(65, "is from another topic", "--topic", "arn:aws:sns:eu-west-1:999999999999:x", bounce);
        AssertFed("1 blocked", bounce);
    }

    private void AssertExit(int code, string words, params string[] arguments)
    {
        var run = _place.Command(["feedback", .. arguments]);
        Assert.True(code == run.ExitCode, $"{run.ExitCode}: {run.OutputText}{run.Errors}");
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
    }

    private void AssertFed(string words, params string[] files)
    {
        var run = _place.Command(["feedback", .. files]);
        Assert.Equal((0, words + "\n", ""), (run.ExitCode, run.OutputText, run.Errors));
    }

    private void AssertAnswered(int replies, RequestMail person)
    {
        var before = _place.Outbox.Count;
        _place.Filter(person.Again(), "--recipient", "links@example.com").AssertDone();
        Assert.Equal(replies, _place.Outbox.Count - before);
    }

    private string Write(string name, JsonNode json)
    {
        File.WriteAllText(_place.PathTo(name), json.ToJsonString());
        return _place.PathTo(name);
    }
}
