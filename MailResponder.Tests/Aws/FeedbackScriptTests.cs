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
        Directory.CreateDirectory(place.PathTo("queue"));
        Executable.Write(place.PathTo("aws"), $$"""
            #!/bin/sh
            here='{{place.Folder}}'
            echo "$*" >>"$here/calls"
            case $2 in
              receive-message)
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
    public void Script_IsAcceptedByShellcheck() => ToolRun.Of("shellcheck", Repository.PathTo("aws", "feedback.sh")).AssertDone();

    [Fact]
    public void Queue_IsFedAndEmptied()
    {
        Batch(1, Message("h1+/==", "a@freemail.test"), Message("h2", "b@freemail.test"));
        Batch(2, Message("h3", "a@freemail.test"));
        Assert.Equal("2 blocked\n0 blocked, 1 blocked already\n", Run(Notifications.Topic).AssertDone());
        Assert.Equal(["h1+/==", "h2", "h3"], Deleted);
    }

    [Fact]
    public void WhatCannotBeUsed_StaysInTheQueue()
    {
        Batch(1, Message("h1", "a@freemail.test"), Notifications.InSqs(new JsonObject { ["x"] = 1 }));
        Batch(2, Message("h3", "b@freemail.test"));
        var run = Run(Notifications.Topic);
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("standard input:1: item 1, Messages[2].Body: came without SNS's envelope", run.Output, StringComparison.Ordinal);
        Assert.Equal(["h3"], Deleted);

        File.WriteAllText(place.SettingsFile, "{}");
        Batch(3, Message("h4", "c@freemail.test"));
        Assert.Equal(75, Run(Notifications.Topic).ExitCode);
        Assert.Equal(["h3"], Deleted);
    }

    ToolRun Run(string topic) => ToolRun.Of("env", $"PATH={place.Folder}:/usr/bin:/bin", $"RESPONDER={ResponderProcess.Binary}",
        $"RESPONDER_SETTINGS={place.SettingsFile}", Repository.PathTo("aws", "feedback.sh"), "https://sqs.test/queue", "--topic", topic);

    string[] Deleted => [.. File.ReadAllLines(place.PathTo("calls")).Where(call => call.StartsWith("sqs delete-message", StringComparison.Ordinal))
        .Select(call => call[(call.LastIndexOf(' ') + 1)..])];

    static JsonObject Message(string handle, string address)
    {
        var message = Notifications.InSqs(Notifications.InSns(Notifications.Bounce(address, at: DateTimeOffset.UtcNow)));
        message["ReceiptHandle"] = handle;
        return message;
    }

    void Batch(int number, params JsonNode[] messages) =>
        File.WriteAllText(place.PathTo($"queue/{number}"), Notifications.Received(messages).ToJsonString(pretty).Replace("\\u002B", "+", StringComparison.Ordinal));
}
