using System.Diagnostics;

namespace MailResponder.Tests.Ses;

/// <summary>"Maximum sending rate exceeded" either ends within seconds or lasts.</summary>
public class SesThrottlingTests
{
    private static readonly SesAnswer Throttled = SesAnswer.Error(400, "Throttling", "Maximum sending rate exceeded.");

    [Fact]
    public void ShortThrottling_IsWaitedOut()
    {
        using var ses = new SesDouble(number => number <= 3 ? Throttled : null);
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry());

        Assert.Equal(Result.Replied, outcome.Result);
        Assert.Equal(["ses:id-4"], outcome.Receipts);
        Assert.Null(outcome.Problem);
        // Each attempt is a separate request with a new signature.
        Assert.Empty(ses.SignatureFaults);
    }

    [Fact]
    public void LongThrottling_IsDeferredInsideTheDeadline()
    {
        using var ses = SesDouble.That(Throttled);
        using var place = new SesPlace(ses.Url) { DeadlineSeconds = 6 };
        var watch = Stopwatch.StartNew();

        var outcome = place.Reply(SesPlace.Entry());

        Assert.Equal(Result.Deferred, outcome.Result);
        Assert.Contains("sending rate", outcome.Problem, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(6), watch.Elapsed.ToString());
        Assert.InRange(ses.Calls.Count, 2, 8);
    }

    [Fact]
    public async Task TwentyAtOnce_AllComeThrough()
    {
        // Four per second, as for a small account.
        using var second = new SemaphoreSlim(4);
        using var refill = new Timer(_ => { if (second.CurrentCount < 4) second.Release(); }, null, 250, 250);
        using var ses = new SesDouble(_ => second.Wait(0) ? null : Throttled);
        using var place = new SesPlace(ses.Url);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Task.Factory.StartNew(() => place.Reply(SesPlace.Entry()), TaskCreationOptions.LongRunning)));

        Assert.All(outcomes, outcome => Assert.Equal(Result.Replied, outcome.Result));
        Assert.Equal(20, ses.Accepted.Count);
        Assert.True(ses.Calls.Count > 20);
    }
}
