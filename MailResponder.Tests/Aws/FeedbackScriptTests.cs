using System.Text.Json;
using System.Text.Json.Nodes;
using MailResponder.Tests.Feedback;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Aws;

/// <summary>
/// aws/feedback.sh with the published program and a double of the AWS CLI: a queue that is a folder of answers.
/// </summary>
public sealed class FeedbackScriptTests : IDisposable
{
    static readonly JsonSerializerOptions pretty = new() { WriteIndented = true };

    readonly Workplace place = new();

    public FeedbackScriptTests()
    {
        place.Settings["feedback"] = new JsonObject { ["topic"] = Notifications.Topic };
        place.Write();
        Directory.CreateDirectory(place.PathTo("queue"));
        Executable.Write(place.PathTo("aws"), $$"""
            #!/bin/sh
            here='{{place.Folder}}'
            echo "$*" >>"$here/calls"
            case $2 in
              receive-message)
                if [ -e "$here/again" ]; then cat "$here/again"; exit 0; fi
                if [ -e "$here/hang" ]; then : >"$here/hangs"; while [ -e "$here/hang" ]; do sleep 0.1; done; fi
                for batch in "$here"/queue/*; do
                  [ -e "$batch" ] || exit 0
                  cat "$batch"
                  mv "$batch" "$here/taken"
                  exit 0
                done ;;
            esac
            """);
    }

    public void Dispose() => place.Dispose();

    [Fact]
    public void Script_IsAcceptedByShellcheck() =>
        ToolRun.Of("shellcheck", Repository.PathTo("aws", "feedback.sh")).AssertDone();

    [Fact]
    public void Queue_IsFedAndEmptied()
    {
        Batch(1, Message("h1+/==", "a@freemail.test"), Message("h2", "b@freemail.test"));
        Batch(2, Message("h3", "a@freemail.test"));
        Assert.Equal("2 blocked\n0 blocked, 1 blocked already\n", Run(Notifications.Topic).AssertDone());
        Assert.Equal(["h1+/==", "h2", "h3"], Deleted);
    }

    [Fact]
    public void WhatIsRefused_StaysInTheQueue_AndTheRestIsDeleted()
    {
        Batch(1, Message("h1", "a@freemail.test"), Notifications.InSqs(new JsonObject { ["x"] = 1 }),
            Message("h2", "c@freemail.test"));
        Batch(2, Message("h3", "b@freemail.test"));
        var run = Run(Notifications.Topic);
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("standard input:1: item 1, Messages[2].Body: came without SNS's envelope", run.Output,
            StringComparison.Ordinal);
        Assert.Equal(["h1", "h2", "h3"], Deleted);
    }

    /// <summary>A name that is misspelt in the settings loses nothing: the dead-letter queue has it all.</summary>
    [Fact]
    public void EverythingRefused_IsLeftToTheDeadLetterQueue()
    {
        Batch(1, Message("h1", "a@freemail.test"));
        Assert.Equal(65, Run(Notifications.Topic + "s").ExitCode);
        Assert.Empty(Deleted);
    }

    [Fact]
    public void RefusedMessagesThatComeAgain_DoNotKeepItBusy()
    {
        Batch(1, Notifications.InSqs(new JsonObject { ["x"] = 1 }));
        File.Move(place.PathTo("queue/1"), place.PathTo("again"));
        Assert.Equal(65, Run(Notifications.Topic).ExitCode);
        Assert.Equal(2, Calls.Count(call => call.StartsWith("sqs receive-message", StringComparison.Ordinal)));
        Assert.Empty(Deleted);
    }

    [Fact]
    public void UsedMessagesThatComeForEver_EndWithItsTime()
    {
        Batch(1, Message("h1", "a@freemail.test"));
        File.Move(place.PathTo("queue/1"), place.PathTo("again"));
        // Each look at the clock is a minute later.
        var looks = place.PathTo("looks");
        Executable.Write(place.PathTo("date"), $"#!/bin/sh\necho x >>'{looks}'\necho $((60 * $(wc -l <'{looks}')))\n");
        Run(Notifications.Topic).AssertDone();
        Assert.Equal(["h1", "h1", "h1", "h1"], Deleted);
    }

    /// <summary>
    /// Else each start would count against a message that has no fault, until it is taken for one that has.
    /// </summary>
    [Fact]
    public void NothingIsTaken_WhileTheResponderCannotUseIt()
    {
        Run(Notifications.Topic).AssertDone();
        File.Delete(place.PathTo("calls"));
        Batch(1, Message("h1", "a@freemail.test"));
        File.WriteAllText(place.PathTo("responder.db"), "this is no database, and has never been one");
        var run = Run(Notifications.Topic);
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("responder.db", run.Output, StringComparison.Ordinal);
        Assert.Empty(Calls);
    }

    [Fact]
    public async Task OneAtATime()
    {
        File.WriteAllText(place.PathTo("hang"), "");
        var first = Task.Run(() => Run(Notifications.Topic));
        Patience.Until("the first one waits for the queue", () => File.Exists(place.PathTo("hangs")));
        Assert.Equal("feedback.sh: another one is still running\n", Run(Notifications.Topic).AssertDone());
        Assert.Single(Calls);
        File.Delete(place.PathTo("hang"));
        (await first).AssertDone();
    }

    ToolRun Run(string topic) => ToolRun.Of(
        "env", $"PATH={place.Folder}:/usr/bin:/bin", $"HOME={place.Folder}", $"RESPONDER={ResponderProcess.Binary}",
        $"RESPONDER_SETTINGS={place.SettingsFile}", Repository.PathTo("aws", "feedback.sh"), "https://sqs.test/queue",
        "--topic", topic);

    string[] Calls => File.Exists(place.PathTo("calls")) ? File.ReadAllLines(place.PathTo("calls")) : [];

    string[] Deleted => [.. Calls.Where(call => call.StartsWith("sqs delete-message", StringComparison.Ordinal))
        .Select(call => call[(call.LastIndexOf(' ') + 1)..])];

    static JsonObject Message(string handle, string address)
    {
        var message = Notifications.InSqs(
            Notifications.InSns(Notifications.Bounce(address, at: DateTimeOffset.UtcNow)));
        message["ReceiptHandle"] = handle;
        return message;
    }

    void Batch(int number, params JsonNode[] messages) =>
        File.WriteAllText(place.PathTo($"queue/{number}"),
            Notifications.Received(messages).ToJsonString(pretty).Replace("\\u002B", "+", StringComparison.Ordinal));
}
