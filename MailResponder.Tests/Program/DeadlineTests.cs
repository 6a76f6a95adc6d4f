using System.Diagnostics;
using System.Text;
using MailResponder.Logs;
using MailResponder.Store.Sqlite;
using MailResponder.Tests.Faults;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Program;

/// <summary>
/// Postfix kills a command after 1000 s and bounces the message. The program gives up long before, with its own error.
/// </summary>
public sealed class DeadlineTests
{
    [Fact]
    public void InputThatNeverEnds_IsDeferredAtTheDeadline()
    {
        using var place = WithDeadline(2);
        using var running = place.StartFilter();
        running.Finish().AssertDeferred();
        Assert.Contains("deferred reason=deadline ", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        Assert.Empty(place.Outbox);
    }

    [Fact]
    public void SendmailThatReadsNothing_IsDeferredAtTheDeadline()
    {
        using var place = WithDeadline(3);
        place.SendThrough("exec sleep 300");
        var waited = Stopwatch.StartNew();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.InRange(waited.Elapsed.TotalSeconds, 1, 60);
    }

    /// <summary>Another process holds the database's lock when sendmail has taken the first reply.</summary>
    [Fact]
    public void DatabaseThatHangsAfterAReply_IsNamed_AndTheReplyHasItsReceipt()
    {
        using var place = WithDeadline(8);
        place.SendThrough("""cat >"$here/part"; until [ -e "$here/locked" ]; do sleep 0.05; done; sleep 3""");
        using var running = place.StartFilter();
        running.Feed(RequestMail.FromSomebodyNew().ToBytes());
        Patience.Until("the first reply", () => File.Exists(place.PathTo("part")));
        SqliteLibrary.Load();
        using var locker = new SqliteConnection($"Data Source={place.PathTo("responder.db")};Pooling=False");
        locker.Open();
        using var transaction = locker.BeginTransaction();
        File.WriteAllText(place.PathTo("locked"), "");

        running.Finish().AssertDeferred();

        AssertOneReply(place, "database", $"database {place.PathTo("responder.db")}: the deadline has passed before "
            + "it had answered");
    }

    /// <summary>The second entry goes to an outbox on a disk that does not answer.</summary>
    [Fact]
    public void DiskThatHangsAfterAReply_LeavesTheReplyItsReceipt()
    {
        using var place = WithDeadline(5);
        place.Book[1]!["send_method"] = "outbox";
        place.SendThrough("cat >/dev/null");

        place.FilterUnder(
            $"""exec env LD_PRELOAD={FaultLibrary.File} 'FAULTS=write,.eml.part,1,0,sleep30000' "$@" """,
            RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();

        AssertOneReply(place, "deadline", "the deadline has passed");
    }

    /// <summary>
    /// Postfix defers after a death by SIGTERM, as it does after 75; any other exit code would bounce the message.
    /// Python can tell the two apart; a shell and .NET cannot.
    /// </summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("XCPU")]
    public void Signal_NeverBouncesTheMessage(string signal)
    {
        using var place = WithDeadline(60);
        const string script = """
            import signal, subprocess, sys, time
            running = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT)
            running.stdin.write(b"From: a@freemail.test\n")
            running.stdin.flush()
            time.sleep(0.7)
            running.send_signal(getattr(signal, "SIG" + sys.argv[1]))
            print(running.wait(timeout=60), flush=True)
            """;
        using var python = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-c", script, signal, ResponderProcess.Binary, "--settings", place.SettingsFile])
        {
            RedirectStandardOutput = true,
        })!;
        var code = int.Parse(python.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
        python.WaitForExit();
        Assert.True(code == 75 || code < 0, $"exit code {code} after SIG{signal}");
        Assert.Empty(place.Outbox);
    }

    private static void AssertOneReply(Workplace place, string reason, string problem)
    {
        Assert.Contains($"deferred reason={reason} address=get@example.com replies=1 ",
            Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        var read = MessageEvent.Read(Encoding.UTF8.GetBytes(Assert.Single(place.Log.Events)))!;
        Assert.Equal((reason, 1, problem), (read.Reason, read.Replies, read.Problem));
        Assert.StartsWith("sendmail:", Assert.Single(read.Receipts), StringComparison.Ordinal);
    }

    private static Workplace WithDeadline(int seconds)
    {
        var place = new Workplace();
        place.Settings["deadline_seconds"] = seconds;
        place.Write();
        return place;
    }
}
