using System.Text.Json.Nodes;
using MailResponder.Aws;
using MailResponder.Feedback;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Feedback;

/// <summary>Tests `responder feedback --queue` of the published program, with a test double of Amazon SQS.</summary>
public sealed class FeedbackQueueTests : IDisposable
{
    private const int Many = 10_000;
    private const int Kills = 25;

    private readonly Workplace _place = new();

    public FeedbackQueueTests()
    {
        _place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        _place.Settings["ses"] = new JsonObject { ["region"] = "us-east-1", ["credentials_file"] = "credentials" };
        WriteCredentials(SesDouble.SecretKey);
        _place.Write();
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Queue_IsFedAndEmptied()
    {
        using var queue = new SqsDouble();
        Put(queue, 23);
        Assert.Equal((0, "23 blocked\n", ""), Parts(Run(queue)));
        Assert.Equal((0, "0 blocked\n", ""), Parts(Run(queue)));
        Assert.Equal("blocked, because a reply bounced or was complained about\n",
            _place.Command("blacklist", "check", "a22@freemail.test").OutputText);
        Assert.Equal((0, 0), (queue.Left, queue.DeadLetters.Count));
        Assert.Empty(queue.SignatureFaults);
        Assert.Equal(["ReceiveMessage", "DeleteMessageBatch", "ReceiveMessage", "DeleteMessageBatch", "ReceiveMessage",
            "DeleteMessageBatch", "ReceiveMessage", "ReceiveMessage"], queue.Calls.Select(call => call.Action));
        // A long wait queries all servers of SQS, and received messages stay hidden past the end of the run.
        var receive = queue.Calls.First().Request;
        Assert.Equal((10, 20, 600), (receive["MaxNumberOfMessages"]!.GetValue<int>(),
            receive["WaitTimeSeconds"]!.GetValue<int>(), receive["VisibilityTimeout"]!.GetValue<int>()));
    }

    [Fact]
    public void WhatIsRefused_StaysInTheQueue_AndTheRestIsDeleted()
    {
        using var queue = new SqsDouble();
        Put(queue, 3);
        var bad = queue.Put("""{ "notificationType": "Bounce", "to": "requester@example.net" }""");
        var broken = queue.Put("""{ "Type": "Notification", """);
        Put(queue, 12, first: 3);
        var run = Run(queue);
        Assert.Equal((65, "15 blocked\n"), (run.ExitCode, run.OutputText));
        Assert.Equal(
            $"message {bad}:1: item 1: came without SNS's envelope, which names the topic; "
            + "switch raw message delivery off, or subscribe with the protocol email-json\n"
            + $"message {broken}:1: item 1: is not complete JSON; was it cut off? "
            + "Get it from its source again, and feed it once more\n", run.Errors);
        Assert.Equal(2, queue.Left);
    }

    /// <summary>SNS writes no such message. Its meaning is unknown, so it must not be lost.</summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[{ \"Messages\": [] }]")]
    [InlineData("{ \"Body\": \"{ \\\"Messages\\\": [] }\" }")]
    public void MessageOfNothing_StaysInTheQueue(string body)
    {
        using var queue = new SqsDouble();
        Put(queue, 1);
        var nothing = queue.Put(body);
        Assert.Equal((65, "1 blocked\n", $"message {nothing}: holds no notification; "
            + "does something else write to the queue?\n"), Parts(Run(queue)));
        Assert.Equal(1, queue.Left);
    }

    /// <summary>A typo in the name of the topic loses nothing: everything is in the dead-letter queue.</summary>
    [Fact]
    public void WhatIsRefusedEachTime_IsLeftToTheDeadLetterQueue()
    {
        using var queue = new SqsDouble();
        Put(queue, 12);
        for (var i = 0; i < SqsDouble.MostReceives; i++)
        {
            Assert.Equal(65, Run(queue, "--topic", Notifications.Topic + "s").ExitCode);
            queue.ShowHidden();
        }

        Assert.Equal(0, Run(queue, "--topic", Notifications.Topic + "s").ExitCode);
        Assert.Equal((0, 12), (queue.Left, queue.DeadLetters.Count));
    }

    /// <summary>
    /// Otherwise each start would count against a message without a fault, until SQS takes it for a faulty one.
    /// </summary>
    [Theory]
    [InlineData("no database", "responder.db")]
    [InlineData("full disk", "responder.db")]
    [InlineData("no topic", "no SNS topic is named")]
    [InlineData("no key", "address.key")]
    [InlineData("no credentials", "credentials")]
    [InlineData("no certificate", "certificate")]
    [InlineData("a fault in the settings", "settings.json")]
    public void NothingIsTaken_WhileItCannotBeUsed(string fault, string expected)
    {
        using var queue = new SqsDouble();
        Put(queue, 1);
        Assert.Equal(0, _place.Command("database", "init").ExitCode);
        string[] more = [];
        switch (fault)
        {
            case "no database":
                File.WriteAllText(_place.PathTo("responder.db"), "this is no database, and has never been one");
                break;
            case "full disk":
                RefuseWrites();
                break;
            case "no topic":
                _place.Settings.Remove("feedback");
                break;
            case "no key":
                File.WriteAllText(_place.PathTo("address.key"), "short");
                break;
            case "no credentials":
                File.Delete(_place.PathTo("credentials"));
                break;
            case "no certificate":
                more = ["--sns-certificate", _place.PathTo("none.pem")];
                break;
            default:
                _place.Settings["daily_limit"] = "three";
                break;
        }

        _place.Write();
        var run = Run(queue, more);
        Assert.Equal(75, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(queue.Calls);
    }

    [Fact]
    public void DatabaseThatFailsMeanwhile_CostsOneTry()
    {
        using var queue = new SqsDouble((number, _) =>
        {
            if (number == 3) RefuseWrites();
            return null;
        });
        Put(queue, 25);
        var run = Run(queue);
        Assert.Equal((75, "10 blocked\n"), (run.ExitCode, run.OutputText));
        Assert.Equal(15, queue.Left);
        queue.ShowHidden();
        for (var i = 0; i < SqsDouble.MostReceives; i++) Assert.Equal(75, Run(queue).ExitCode);
        Sql("DROP TRIGGER full");
        Assert.Equal((0, "15 blocked\n", ""), Parts(Run(queue)));
        Assert.Equal((0, 0), (queue.Left, queue.DeadLetters.Count));
    }

    public static TheoryData<string, string, int?, string, string> Troubles => new()
    {
        { "ReceiveMessage", "throttled", 400, "ThrottlingException",
            "SQS, queue responder-feedback: it throttles requests" },
        { "ReceiveMessage", "throttled", 403, "RequestThrottled", "it throttles requests" },
        { "ReceiveMessage", "failed", 500, "InternalFailure", "it failed with InternalFailure" },
        {
            "ReceiveMessage", "forbidden", 403, "AccessDeniedException",
            "needs sqs:ReceiveMessage and sqs:DeleteMessage"
        },
        { "ReceiveMessage", "wrong", 400, "QueueDoesNotExist", "there is no such queue in this account and region" },
        { "ReceiveMessage", "cut", 0, "", "its answer was cut off" },
        { "DeleteMessageBatch", "failed", 503, "ServiceUnavailable", "it failed with ServiceUnavailable" },
        { "DeleteMessageBatch", "refused", 200, "InternalError", "did not delete 15 used messages (InternalError)" },
        { "DeleteMessageBatch", "cut", 0, "", "its answer was cut off" },
        { "DeleteMessageBatch", "stalled", null, "",
            "no answer in time; messages that were not deleted are received again" },
    };

    /// <summary>Whatever fails, and whether or not SQS did the call, the next run processes everything.</summary>
    [Theory]
    [MemberData(nameof(Troubles))]
    public void Trouble_LosesNothing(string action, string how, int? status, string code, string expected)
    {
        foreach (var isDone in (bool[])[false, true])
        {
            if (isDone && how != "cut") continue;
            var isBroken = true;
            using var queue = new SqsDouble((number, called) => isBroken && called == action && number > 2
                ? new SqsTrouble(status, code, isDone) : null);
            Put(queue, 25, first: isDone ? 25 : 0);
            var broken = Run(queue);
            Assert.Equal(75, broken.ExitCode);
            Assert.Contains(expected, broken.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("requester", broken.Errors, StringComparison.Ordinal);
            isBroken = false;
            queue.ShowHidden();
            Assert.Equal(0, Run(queue).ExitCode);
            Assert.Equal((0, 0), (queue.Left, queue.DeadLetters.Count));
            Assert.Equal(isDone ? 50 : 25, Blocked);
        }
    }

    [Fact]
    public void QueueThatIsAway_IsSaid()
    {
        var run = _place.Command("feedback", "--queue", $"http://127.0.0.1:{Loopback.FreePort()}/1/q");
        Assert.Equal((75, "0 blocked\n", "responder: SQS, queue q: it cannot be reached, or the connection was cut; "
            + "see --queue, the host's DNS and firewall\n"), Parts(run));
    }

    [Fact]
    public void WrongKey_TakesNothing()
    {
        using var queue = new SqsDouble();
        Put(queue, 1);
        WriteCredentials("another");
        var run = Run(queue);
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("it does not accept the signature", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["wrong signature"], queue.SignatureFaults);
        Assert.Empty(queue.Calls);
    }

    /// <summary>Credentials cached for the next message may expire before the run ends.</summary>
    [Fact]
    public void InstanceRole_IsAskedEachTime()
    {
        using var queue = new SqsDouble();
        using var metadata = new MetadataDouble();
        _place.Settings["ses"]!.AsObject().Remove("credentials_file");
        _place.Write();
        for (var i = 0; i < 2; i++)
        {
            Put(queue, 1, first: i);
            metadata.Paths.Clear();
            using var running = ResponderProcess.Start(
                SesWorkplace.With(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url)),
                "feedback", "--queue", queue.Url, "--settings", _place.SettingsFile);
            Assert.Equal((0, "1 blocked\n", ""), Parts(running.Finish()));
            Assert.Contains("PUT /latest/api/token", metadata.Paths);
        }

        Assert.False(File.Exists(_place.PathTo("responder.db.role")));
    }

    [Fact(Timeout = 120_000)]
    public async Task OneAtATime()
    {
        using var isWaiting = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        using var queue = new SqsDouble((_, _) =>
        {
            isWaiting.Release();
            Assert.True(goOn.Wait(TimeSpan.FromMinutes(1)));
            return null;
        });
        var first = Task.Run(() => Run(queue));
        Assert.True(await isWaiting.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal((0, "another run is still reading the queue\n", ""), Parts(Run(queue)));
        Assert.Single(queue.Calls);
        goOn.Release(10);
        Assert.Equal(0, (await first).ExitCode);
    }

    [Theory]
    [InlineData("--queue", "http://sqs.eu-west-1.amazonaws.com/1/q")]
    [InlineData("--queue", "https://sqs.eu-west-1.amazonaws.com/")]
    [InlineData("--queue", "https://somebody@sqs.eu-west-1.amazonaws.com/1/q")]
    [InlineData("--queue", "responder-feedback")]
    [InlineData("--queue", "https://sqs.eu-west-1.amazonaws.com/1/q", "--bounce")]
    [InlineData("--queue", "https://sqs.eu-west-1.amazonaws.com/1/q", "-")]
    [InlineData("--queue", "https://sqs.eu-west-1.amazonaws.com/1/q", "--minutes", "0")]
    [InlineData("--queue", "https://sqs.eu-west-1.amazonaws.com/1/q", "--minutes", "61")]
    public void WrongArguments_AreAMistake(params string[] arguments) =>
        Assert.Equal(64, _place.Command(["feedback", .. arguments]).ExitCode);

    [Theory]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1")]
    [InlineData("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1")]
    [InlineData("https://vpce-0a-1b-2.sqs.us-east-2.vpce.amazonaws.com/1/q", "us-east-2")]
    [InlineData("https://queue.amazonaws.com/1/q", "af-south-1")]
    public void Region_IsTheQueues(string url, string region) =>
        Assert.Equal(region, FeedbackQueue.Region(new Uri(url), "arn:aws:sns:af-south-1:1:t"));

    [Fact]
    public void MessagesThatComeForEver_EndWithItsTime()
    {
        using var queue = new SqsDouble();
        var used = 0;
        for (var i = 0; i < 10; i++) queue.Put("{}");
        new FeedbackQueue(new Uri(queue.Url), new AwsConnection("ses", SqsDouble.Region)
        {
            Endpoint = new Uri(new Uri(queue.Url), "/"),
            CredentialsFile = _place.PathTo("credentials"),
        }).Feed(TimeSpan.FromSeconds(2), batch =>
        {
            used += batch.Count;
            for (var i = 0; i < 10; i++) queue.Put("{}");
            Thread.Sleep(100);
            return [];
        });
        Assert.InRange(used, 10, 10 * 21);
        Assert.Equal(10, queue.Left);
    }

    /// <summary>
    /// The run is killed at random moments. Messages not yet deleted are received again, and count only once.
    /// </summary>
    [Fact]
    public void ManyNotifications_WithCrashes_AreAllCounted()
    {
        using var queue = new SqsDouble();
        Put(queue, Many);
        var chance = new Random(20261129);
        var kills = 0;
        for (var runs = 0; queue.Left > 0; runs++)
        {
            Assert.InRange(runs, 0, 60);
            using var running = Start(queue);
            // Counted in calls, so that the kill hits the middle of the work however fast the machine is.
            var last = queue.Calls.Count + chance.Next(1, 80);
            while (kills < Kills && !running.HasEnded && queue.Calls.Count < last) Thread.Sleep(1);
            if (kills < Kills && !running.HasEnded)
            {
                running.Kill();
                kills++;
            }

            running.Finish();
            queue.ShowHidden();
        }

        Assert.Equal(Kills, kills);
        Assert.Empty(queue.DeadLetters);
        Assert.Equal(Many, Blocked);
        Assert.Equal(Many, Number("postfix-log/rows.db", "SELECT COUNT(DISTINCT reply) FROM report"));
        Assert.InRange(Number("postfix-log/rows.db", "SELECT COUNT(*) FROM report"), Many, 2 * Many);
    }

    private static (int, string, string) Parts(ProgramRun run) => (run.ExitCode, run.OutputText, run.Errors);

    private static void Put(SqsDouble queue, int count, int first = 0)
    {
        for (var i = first; i < first + count; i++)
        {
            var bounce = Notifications.Bounce($"a{i}@freemail.test", at: DateTimeOffset.UtcNow);
            bounce["mail"]!["messageId"] = $"{i:x16}-33322211-cccc-cccc-cccc-ddddaaaa0680-000000";
            queue.Put(Notifications.InSns(bounce).ToJsonString());
        }
    }

    private ProgramRun Run(SqsDouble queue, params string[] more)
    {
        using var running = Start(queue, more);
        return running.Finish();
    }

    private ResponderProcess Start(SqsDouble queue, params string[] more) =>
        ResponderProcess.Start(ResponderProcess.Plainly,
        ["feedback", "--queue", queue.Url, "--settings", _place.SettingsFile, .. more]);

    private void WriteCredentials(string secret) => _place.WriteSecret("credentials",
        $"[default]\naws_access_key_id = {SesDouble.AccessKey}\naws_secret_access_key = {secret}\n");

    /// <summary>Behaves like a full disk: the database can be opened and read, but not written.</summary>
    private void RefuseWrites() =>
        Sql("CREATE TRIGGER full BEFORE INSERT ON listed BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

    /// <summary>The number of addresses on the lists.</summary>
    private long Blocked => Number("responder.db", "SELECT COUNT(*) FROM listed");

    private void Sql(string sql)
    {
        using var connection = Open("responder.db");
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private long Number(string file, string sql)
    {
        using var connection = Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={_place.PathTo(file)};Pooling=False");
        connection.Open();
        return connection;
    }
}
