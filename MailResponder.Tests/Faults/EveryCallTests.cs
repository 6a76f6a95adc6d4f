using MailResponder.Tests.Program;

namespace MailResponder.Tests.Faults;

/// <summary>
/// The program fails at every single call that reads or changes anything, one run per call. Whichever call fails,
/// Postfix would keep the message, and after the retry each reply has been sent exactly once.
/// </summary>
public sealed class EveryCallTests
{
    [Fact]
    public void KilledAtAnyCall_TheRetryAnswersOnce() => BreakEach("*", "kill9", isFirstStart: true);

    [Fact]
    public void ErrorAtAnyCall_TheRetryAnswersOnce() => BreakEach("*", "5", isFirstStart: false);

    [Fact]
    public void FullDiskAtAnyWrite_TheRetryAnswersOnce() => BreakEach("write", "28", isFirstStart: true);

    [Fact]
    public void TooManyFilesAtAnyOpening_TheRetryAnswersOnce() => BreakEach("open", "24", isFirstStart: true);

    [Fact]
    public void NoMemoryAtAnyMapping_TheRetryAnswersOnce() => BreakEach("memory", "12", isFirstStart: true);

    private static void BreakEach(string call, string action, bool isFirstStart)
    {
        var calls = CallsOf(call, isFirstStart);
        Assert.NotEmpty(calls);
        var failures = new List<string>();
        Parallel.For(0, calls.Count, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i =>
        {
            try
            {
                BreakOne(call, i + 1, action, isFirstStart);
            }
            catch (Exception exception)
            {
                lock (failures) failures.Add($"{action} at {i + 1}, {calls[i]}: {exception.Message}");
            }
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static void BreakOne(string call, int number, string action, bool isFirstStart)
    {
        using var place = NewPlace(isFirstStart);
        var earlier = place.Log.Reports.Count;
        var request = RequestMail.FromSomebodyNew();
        var run = place.FilterUnder(Under(place, $"{call},*,{number},1,{action}"), request.ToBytes());

        var isKilled = action.StartsWith("kill", StringComparison.Ordinal);
        // The shell reports a signal by such a code, and Postfix tries again.
        if (run.ExitCode > 128) Assert.True(
            isKilled || run.ExitCode is 134 or 139, $"exit {run.ExitCode}: {run.Errors}");
        else if (run.ExitCode == 0) run.AssertDone();
        else run.AssertDeferred(run.Errors.StartsWith("4.3.5", StringComparison.Ordinal) ? "4.3.5 " : "4.3.0 ");
        // No line is heard if the failing call is the one to the log.
        Assert.InRange(place.Log.Reports.Count - earlier, 0, 1);
        if (run.ExitCode == 75) Assert.Equal(1, place.Log.Reports.Count - earlier);
        var before = place.Log.Reports.Count;
        place.Filter(request).AssertDone();

        Assert.Equal(before + 1, place.Log.Reports.Count);
        Assert.Equal(2, place.Outbox.Count);
        Assert.Empty(Directory.GetFiles(place.PathTo("outbox"), ".*"));
        Assert.Empty(Directory.GetFiles(place.Folder, "*.new"));
        Traces.Of(request.From).AssertNoneInFilesOf(place.Folder, place.Outbox.Contains);
    }

    /// <summary>Returns the calls that the program makes when nothing fails, in order.</summary>
    private static List<string> CallsOf(string call, bool isFirstStart)
    {
        using var place = NewPlace(isFirstStart);
        place.FilterUnder(Under(place, $"{call},*,1,1,0", $"FAULTS_COUNT={place.PathTo("calls")}"),
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
        return [.. File.ReadAllLines(place.PathTo("calls"))];
    }

    private static string Under(Workplace place, string rule, string more = "") =>
        $"""exec env LD_PRELOAD={FaultLibrary.File} FAULTS_LOG={place.PathTo("log")} 'FAULTS={rule}' {more} "$@" """;

    private static Workplace NewPlace(bool isFirstStart)
    {
        var place = new Workplace();
        if (isFirstStart) return place;
        place.Filter(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "--recipient",
            "links@example.com").AssertDone();
        foreach (var reply in Directory.GetFiles(place.PathTo("outbox"))) File.Delete(reply);
        return place;
    }
}
