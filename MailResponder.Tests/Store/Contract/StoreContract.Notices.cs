using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Replies that a requester gets once in a quota window.
public abstract partial class StoreContract
{
    [Fact]
    public void ThousandAtOnce_AreAnsweredThreeTimesAndToldOnce()
    {
        var somebody = Somebody();
        Open();
        var results = new ClaimResult[1000];
        InParallel(8, worker =>
        {
            var store = Open();
            for (var i = worker; i < results.Length; i += 8)
                results[i] = store.Claim(NewMessage(), somebody, 3, null, ClaimTerms.NoticeOverQuota).Result;
        });

        Assert.Equal((3, 1, 996), (results.Count(result => result == ClaimResult.Granted),
            results.Count(result => result == ClaimResult.Notice),
            results.Count(result => result == ClaimResult.OverQuota)));
        Assert.Equal(3, Open().Used(somebody));
        Assert.Equal([(3L, 1L)], Open().Count().Requesters);
    }

    /// <summary>Otherwise a retry would be answered in full, beyond the quota.</summary>
    [Fact]
    public void RetryOfANotice_IsANotice()
    {
        var store = Open();
        var (somebody, message) = (Somebody(), NewMessage());
        store.Claim(NewMessage(), somebody, 1);
        Claim Ask(MessageKey what) => store.Claim(what, somebody, 1, null, ClaimTerms.NoticeOverQuota);

        Assert.Equal(ClaimResult.Notice, Ask(message).Result);
        var retry = Ask(message);
        Assert.Equal((ClaimResult.Notice, 2L), (retry.Result, retry.Tries));
        store.Record(retry, SentEntries(7));
        Assert.True(Ask(message).Entries!.IsDone(7));
        Assert.Equal(ClaimResult.OverQuota, Ask(NewMessage()).Result);
        // A notice has no charge to refund, and the message remains a notice.
        store.Refund(retry, somebody);
        Assert.Equal((ClaimResult.Notice, 1L), (Ask(message).Result, store.Used(somebody)));

        Assert.Equal(1, store.Reset(DateTimeOffset.UnixEpoch).Requesters);
        Assert.Equal(ClaimResult.Notice, Ask(message).Result);
        Assert.Equal([ClaimResult.Granted, ClaimResult.Notice, ClaimResult.OverQuota],
            Enumerable.Range(0, 3).Select(_ => Ask(NewMessage()).Result));
    }

    [Fact]
    public void Notice_IsNotForTheBlockedNorTheLimited()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerDay = 2 };
        var (greedy, later) = (Somebody(), Somebody());
        Claim Ask(Requester requester) =>
            store.Claim(NewMessage(), requester, 1, limits, ClaimTerms.NoticeOverQuota);
        Ask(greedy);
        Ask(later);

        var limited = Ask(greedy);
        Assert.Equal((ClaimResult.OverQuota, Limit.DomainPerDay), (limited.Result, limited.Limit!.Value));
        Clock.Now += TimeSpan.FromDays(1);
        store.SetVerdict(later, Verdict.Blocked);
        Assert.Equal(ClaimResult.Blocked, Ask(later).Result);
        // The notice that was not sent is still available, and counts towards the limits like any reply.
        Assert.Equal(ClaimResult.Notice, Ask(greedy).Result);
        Assert.Equal(1, Number("SELECT in_day FROM counter ORDER BY day DESC LIMIT 1"));
    }

    [Fact]
    public void OncePerWindow_IsOutOfTheQuotaAndRefusedWithoutATrace()
    {
        var store = Open();
        var (somebody, allowed) = (Somebody(), Somebody());
        store.SetVerdict(allowed, Verdict.Allowed);
        var message = NewMessage();
        Claim Ask(Requester requester, MessageKey what, int? quota = 3) =>
            store.Claim(what, requester, quota, null, ClaimTerms.OncePerWindow);

        Assert.Equal(ClaimResult.Granted, Ask(somebody, message).Result);
        Assert.Equal(new Claim(ClaimResult.HadOnce), Ask(somebody, NewMessage()));
        Assert.Equal(ClaimResult.Retry, Ask(somebody, message).Result);
        Assert.Equal((1L, 1L), (store.Used(somebody), store.Count().Messages));
        // A requester without a quota gets it only once, too.
        Assert.Equal([ClaimResult.Granted, ClaimResult.HadOnce, ClaimResult.HadOnce],
            [Ask(allowed, NewMessage()).Result, Ask(allowed, NewMessage()).Result,
                Ask(allowed, NewMessage(), quota: null).Result]);
        for (var i = 0; i < 2; i++) store.Claim(NewMessage(), somebody, 3);
        Assert.Equal(ClaimResult.OverQuota, Ask(somebody, NewMessage()).Result);

        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(ClaimResult.Granted, Ask(somebody, NewMessage()).Result);
    }

    [Fact]
    public void ManyAtOnce_GetOncePerWindowOnce()
    {
        var somebody = Somebody();
        Open();
        var results = new ClaimResult[48];
        InParallel(12, worker =>
        {
            var store = Open();
            for (var i = worker; i < results.Length; i += 12)
                results[i] = store.Claim(NewMessage(), somebody, 100, null, ClaimTerms.OncePerWindow).Result;
        });

        Assert.Equal((1, 47), (results.Count(result => result == ClaimResult.Granted),
            results.Count(result => result == ClaimResult.HadOnce)));
        Assert.Equal(1, Open().Used(somebody));
    }
}
