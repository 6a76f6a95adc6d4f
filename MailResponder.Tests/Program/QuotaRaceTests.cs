namespace MailResponder.Tests.Program;

/// <summary>
/// A hundred mails of one person at once, in real processes, before anything exists in the workplace.
/// </summary>
public sealed class QuotaRaceTests
{
    [Fact]
    public void HundredRequestsAtOnce_GetExactlyThreeAnswers()
    {
        using var place = new Workplace();
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        ResponderProcess[] all = [.. Enumerable.Range(0, 100)
            .Select(_ => place.StartFilter("--recipient", "links@example.com"))];

        // All processes have started and wait for their message, so that the messages really arrive together.
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 16 }, running =>
            running.Feed(person.Again().ToBytes()));

        foreach (var running in all)
        {
            running.Finish().AssertDone();
            running.Dispose();
        }
        Assert.Equal(3, place.Outbox.Count);
        Assert.Equal(3, place.Log.Reports.Count(line => line.Contains("replied ", StringComparison.Ordinal)));
        Assert.Equal(97, place.Log.Reports.Count(
            line => line.Contains("reason=over-quota ", StringComparison.Ordinal)));
    }

    [Fact]
    public void DailyLimit_LastsUntilTheReset()
    {
        using var place = new Workplace();
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        void Ask() => place.Filter(person.Again(), "--recipient", "links@example.com").AssertDone();
        for (var i = 0; i < 5; i++) Ask();
        Assert.Equal(3, place.Outbox.Count);

        Assert.Equal(0, place.Command("blacklist", "reset").ExitCode);
        Ask();
        Assert.Equal(4, place.Outbox.Count);
    }
}
