using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Limits of a domain and of the service.
public abstract partial class StoreContract
{
    [Fact]
    public void LimitOfAll_RefusesWithoutATraceAndCountsOnceWhenThereIsRoomAgain()
    {
        var store = Open();
        var limits = new LimitSettings { ServicePerMinute = 2, ServicePerDay = 3 };
        var (late, message) = (Somebody(), NewMessage());
        for (var i = 0; i < 2; i++) Assert.Equal(
            ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 3, limits).Result);

        for (var i = 0; i < 3; i++) Assert.Equal(
            new Claim(ClaimResult.OverLimit, Limit: Limit.ServicePerMinute), Open().Claim(message, late, 3, limits));
        Assert.Equal((0L, 2L), (store.Used(late), store.Count().Messages));

        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(ClaimResult.Granted, store.Claim(message, late, 3, limits).Result);
        Assert.Equal(ClaimResult.Retry, store.Claim(message, late, 3, limits).Result);
        Assert.Equal((1L, 3L), (store.Used(late), store.Count().Messages));
        Assert.Equal(new Claim(ClaimResult.OverLimit, Limit: Limit.ServicePerDay),
            store.Claim(NewMessage(), late, 3, limits));
        Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), late, 3, limits).Result);
    }

    [Fact]
    public void LimitOfADomain_IsNoOtherDomainsAndNotForTheAllowed()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerMinute = 2, DomainPerDay = 3, ServicePerDay = 100 };
        var allowed = Somebody();
        store.SetVerdict(allowed, Verdict.Allowed);
        Claim ClaimOf(Requester requester) => store.Claim(NewMessage(), requester, 9, limits);
        for (var i = 0; i < 4; i++) Assert.Equal(ClaimResult.Granted, ClaimOf(allowed).Result);
        for (var i = 0; i < 2; i++) Assert.Equal(ClaimResult.Granted, ClaimOf(Somebody()).Result);

        Assert.Equal(Limit.DomainPerMinute, ClaimOf(Somebody()).Limit);
        Assert.Equal(ClaimResult.Granted, ClaimOf(Key.Requester("a@sub.example.net")!).Result);
        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(ClaimResult.Granted, ClaimOf(Somebody()).Result);
        Assert.Equal(Limit.DomainPerDay, ClaimOf(Somebody()).Limit);
        Assert.Equal(8, Number("SELECT in_day FROM counter WHERE subject = x'00'"));
    }

    [Fact]
    public void WhoIsNotAnsweredAnyway_DoesNotUseUpTheLimits()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerDay = 2, ServicePerDay = 2 };
        var (blocked, greedy) = (Somebody(), Somebody());
        store.SetVerdict(blocked, Verdict.Blocked);
        var message = NewMessage();
        store.Claim(message, greedy, 1, limits);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ClaimResult.Blocked, store.Claim(NewMessage(), blocked, 3, limits).Result);
            Assert.Equal(ClaimResult.OverQuota, store.Claim(NewMessage(), greedy, 1, limits).Result);
            Assert.Equal(ClaimResult.Retry, store.Claim(message, greedy, 1, limits).Result);
        }

        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 1, limits).Result);
        // Even if a limit is reached, these requests are not kept for later.
        Assert.Equal(ClaimResult.OverQuota, store.Claim(NewMessage(), greedy, 1, limits).Result);
    }

    [Fact]
    public void CountersOfEarlierDays_AreDeletedByTheReset()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerDay = 9, ServicePerDay = 9 };
        store.Claim(NewMessage(), Somebody(), 3, limits);
        store.Claim(NewMessage(), Key.Requester("a@example.org")!, 3, limits);
        Clock.Now += TimeSpan.FromDays(1);
        store.Claim(NewMessage(), Somebody(), 3, limits);
        Assert.Equal(5, Number("SELECT COUNT(*) FROM counter"));

        store.Reset(DateTimeOffset.UnixEpoch);

        Assert.Equal(2, Number("SELECT COUNT(*) FROM counter WHERE in_day = 1"));
        Assert.Equal(2, Number("SELECT COUNT(*) FROM counter"));
    }

    [Fact]
    public void ManyAtOnce_AreAnsweredExactlyToTheLimitsAndOneReports()
    {
        var limits = new LimitSettings { DomainPerDay = 7, ServicePerMinute = 10 };
        Open();
        var (granted, reports) = (new int[3], 0);
        InParallel(12, worker =>
        {
            var store = Open();
            for (var i = 0; i < 4; i++)
            {
                var domain = (worker + i) % 3;
                var somebody = Key.Requester($"p{worker}.{i}@d{domain}.example")!;
                var claim = store.Claim(NewMessage(), somebody, 3, limits);
                if (claim.Result == ClaimResult.Granted) Interlocked.Increment(ref granted[domain]);
                if (claim.Result == ClaimResult.OverLimit
                    && store.Counters.TakeReport(Limit.ServicePerMinute)) Interlocked.Increment(ref reports);
            }
        });

        Assert.Equal((10, 1), (granted.Sum(), reports));
        Assert.All(granted, count => Assert.InRange(count, 0, 7));
        Assert.Equal((10L, 10L, 10L), (Number("SELECT SUM(used) FROM quota"), Number("SELECT COUNT(*) FROM ledger"),
            Number("SELECT SUM(in_day) FROM counter WHERE subject <> x'00'")));
    }

    [Fact]
    public void LimitThatStaysReached_IsReportedOnceAnHour()
    {
        var store = Open();
        Assert.True(store.Counters.TakeReport(Limit.DomainPerMinute));
        Clock.Now += TimeSpan.FromMinutes(59);
        Assert.False(store.Counters.TakeReport(Limit.DomainPerMinute));
        Assert.True(store.Counters.TakeReport(Limit.DomainPerDay));
        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.True(store.Counters.TakeReport(Limit.DomainPerMinute));
        Assert.False(store.Counters.TakeReport(Limit.DomainPerDay));
    }

    [Fact]
    public void ClockThatWasAhead_KeepsNobodyWaitingAndNoReportBack()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerMinute = 1, ServicePerMinute = 1 };
        var right = new DateTimeOffset(Clock.Now.Date.AddHours(1), TimeSpan.Zero);
        Clock.Now = right.AddHours(5);
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 9, limits).Result);
        Clock.Now = right.AddYears(70);
        Assert.True(store.Counters.TakeReport(Limit.ServicePerMinute));
        for (var minute = 0; minute < 3; minute++)
        {
            Clock.Now = right.AddMinutes(minute);
            Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 9, limits).Result);
            Assert.Equal(ClaimResult.OverLimit, store.Claim(NewMessage(), Somebody(), 9, limits).Result);
        }

        Assert.True(store.Counters.TakeReport(Limit.ServicePerMinute));
        Assert.False(store.Counters.TakeReport(Limit.ServicePerMinute));
    }

    /// <summary>The clocks of two hosts differ by some minutes, as they may.</summary>
    [Fact]
    public void HostWhoseClockIsBehind_CountsInTheMinuteOfTheOther()
    {
        var store = Open();
        var limits = new LimitSettings { ServicePerMinute = 2 };
        var late = Clock.Now;
        Clock.Now = late.AddMinutes(9);
        store.Claim(NewMessage(), Somebody(), 9, limits);
        Clock.Now = late;
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 9, limits).Result);
        Assert.Equal(ClaimResult.OverLimit, store.Claim(NewMessage(), Somebody(), 9, limits).Result);
    }
}
