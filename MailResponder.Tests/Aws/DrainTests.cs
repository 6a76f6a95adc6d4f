using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Runs aws/drain.sh with test doubles of AWS, Postfix and the clock. Each `sleep` returns at once. After three pauses
/// of ten seconds the instance's target state is Terminated.
/// </summary>
public sealed class DrainTests : IDisposable
{
    private const string Waiting = """{"queue_name": "deferred", "queue_id": "4bXyz"}""";
    private const string OnHold = """{"queue_name": "hold", "queue_id": "4bXyy"}""";

    private readonly TemporaryFolder _folder = new();

    public DrainTests()
    {
        Program("curl", """
            case $* in
              *api/token) echo token ;;
              *instance-id)
                if [ -e "$here/instance-id-fails" ]; then rm "$here/instance-id-fails"; exit 22; else echo i-0123; fi ;;
              *target-lifecycle-state)
                if [ "$(grep -c '^sleep 10' "$here/calls")" -ge 3 ]; then echo Terminated; else echo InService; fi ;;
            esac
            """);
        foreach (var name in (string[])["aws", "logger", "sleep", "postfix", "setpriv"]) Program(
            name, $"echo \"{name} $*\" >>\"$here/calls\"");
        _folder.Write("calls", "");
    }

    public void Dispose() => _folder.Dispose();

    private string[] Calls => File.ReadAllLines(_folder.PathTo("calls"));

    [Fact]
    public void Queue_IsEmptiedFirst_AndNothingHappensBefore()
    {
        // Two messages are queued until the fourth attempt.
        Queue($"if [ \"$(grep -c 'postqueue -f' \"$here/calls\")\" -lt 4 ]; then echo '{Waiting}'; echo '{Waiting}'; "
            + $"fi");
        Drain().AssertDone();
        Assert.Equal(["sleep 10", "sleep 10", "sleep 10"], Calls[..3]);
        Assert.Contains("will be terminated; 2 messages", Calls[3], StringComparison.Ordinal);
        // Three attempts with mail in the queue, then three without.
        Assert.Equal(6, Calls.Count(call => call == "postqueue -f"));
        Assert.EndsWith("responder stats --fleet --email", Calls[^3], StringComparison.Ordinal);
        Assert.EndsWith("the queue is empty", Calls[^2], StringComparison.Ordinal);
        Assert.Equal(
            "aws autoscaling complete-lifecycle-action --auto-scaling-group-name responders --lifecycle-hook-name "
            + "terminating --instance-id i-0123 --lifecycle-action-result CONTINUE", Calls[^1]);
        Assert.Single(Calls, call => call.Contains("record-lifecycle-action-heartbeat", StringComparison.Ordinal));
    }

    [Fact]
    public void QueueThatStays_GetsItsHours_ThenTheLossIsLogged()
    {
        Queue($"echo '{Waiting}'; echo '{OnHold}'");
        Drain().AssertDone();
        Assert.Equal(2 * 60, Calls.Count(call => call == "sleep 60"));
        // EC2 ends the instance after 30 minutes without a heartbeat.
        Assert.Equal(2 * 6, Calls.Count(
            call => call.Contains("record-lifecycle-action-heartbeat", StringComparison.Ordinal)));
        Assert.EndsWith(" 1 messages are lost with this instance", Calls[^2], StringComparison.Ordinal);
        Assert.Contains("complete-lifecycle-action", Calls[^1], StringComparison.Ordinal);
    }

    /// <summary>Without the id, every call to Auto Scaling would fail, and EC2 would end the instance.</summary>
    [Fact]
    public void MetadataThatFailOnce_AreAskedAgain()
    {
        _folder.Write("instance-id-fails", "");
        Queue("true");
        Drain().AssertDone();
        var calls = Calls.Where(call => call.StartsWith("aws ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Contains(" --instance-id i-0123", call, StringComparison.Ordinal));
    }

    [Fact]
    public void MailOnHold_IsNotWaitedFor()
    {
        Queue($"echo '{OnHold}'");
        Drain().AssertDone();
        Assert.EndsWith("the queue is empty", Calls[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void DeadPostfix_IsStarted_AndItsQueueIsNotTakenForEmpty()
    {
        Program("postfix", "echo \"postfix $*\" >>\"$here/calls\"; [ \"$1\" != status ]");
        Queue("exit 69");
        Drain().AssertDone();
        Assert.Contains("postfix start", Calls);
        Assert.EndsWith("an unknown number of messages are lost with this instance", Calls[^2],
            StringComparison.Ordinal);
    }

    private ToolRun Drain() => ToolRun.Of(
        "env", $"PATH={_folder.Path}:/usr/bin:/bin", Repository.PathTo("aws", "drain.sh"), "responders", "terminating",
        "2");

    private void Queue(string listing) => Program(
        "postqueue", $"if [ \"$1\" = -f ]; then echo 'postqueue -f' >>\"$here/calls\"; else {listing}; fi");

    private void Program(string name, string script) =>
        Executable.Write(_folder.PathTo(name), $"#!/bin/sh\nhere='{_folder.Path}'\n{script}\n");
}
