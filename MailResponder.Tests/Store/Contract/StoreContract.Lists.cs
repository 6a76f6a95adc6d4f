using MailResponder.Store;

namespace MailResponder.Tests.Store;

// The operator's lists, and feedback.
public abstract partial class StoreContract
{
    [Fact]
    public void BlockedRequester_IsNotClaimed()
    {
        var store = Open();
        var somebody = Somebody();
        Assert.Equal(Verdict.None, store.SetVerdict(somebody, Verdict.Blocked));

        Assert.Equal(new Claim(ClaimResult.Blocked), store.Claim(NewMessage(), somebody, 3));
        Assert.Equal(0, store.Count().Messages);
    }

    [Fact]
    public void AllowedRequester_HasNoQuotaEvenBelowABlockedDomain()
    {
        var store = Open();
        var somebody = Key.Requester("a@sub.blocked.example")!;
        store.SetVerdict(Key.AnybodyAt("blocked.example"), Verdict.Blocked);
        store.SetVerdict(somebody, Verdict.Allowed);

        for (var i = 0; i < 3; i++) Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), somebody, 1).Result);
        Assert.Equal(0, store.Used(somebody));
    }

    [Fact]
    public void NearestVerdict_IsInForce()
    {
        var store = Open();
        store.SetVerdict(Key.AnybodyAt("example.net"), Verdict.Blocked);
        store.SetVerdict(Key.AnybodyAt("good.example.net"), Verdict.Allowed);

        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@example.net")!));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@bad.example.net")!));
        Assert.Equal(Verdict.Allowed, store.VerdictOf(Key.Requester("a@x.good.example.net")!));
        Assert.Equal(Verdict.None, store.VerdictOf(Key.Requester("a@example.org")!));
    }

    [Fact]
    public void SetVerdict_TellsTheOneBefore()
    {
        var store = Open();
        var subject = Somebody();

        Assert.Equal(Verdict.None, store.SetVerdict(subject, Verdict.Blocked));
        Assert.Equal(Verdict.Blocked, store.SetVerdict(subject, Verdict.Allowed));
        Assert.Equal(Verdict.Allowed, store.SetVerdict(subject, Verdict.None));
        Assert.Equal(Verdict.None, store.SetVerdict(subject, Verdict.None));
    }

    [Fact]
    public void Feedback_BlocksUnlessTheOperatorDecidedOtherwise()
    {
        var store = Open();
        var (stranger, allowed, blocked, removed) = (Somebody(), Somebody(), Somebody(), Somebody());
        store.SetVerdict(allowed, Verdict.Allowed);
        store.SetVerdict(blocked, Verdict.Blocked);
        store.SetVerdict(removed, Verdict.None);

        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(stranger, Clock.Now));
        Assert.Equal(FeedbackResult.BlockedAlready, Open().BlockByFeedback(stranger, Clock.Now));
        Assert.Equal(FeedbackResult.Allowed, store.BlockByFeedback(allowed, Clock.Now));
        Assert.Equal(FeedbackResult.BlockedAlready, store.BlockByFeedback(blocked, Clock.Now));
        Assert.Equal(FeedbackResult.RemovedSince, store.BlockByFeedback(removed, Clock.Now));

        Assert.Equal(new Claim(ClaimResult.Blocked), store.Claim(NewMessage(), stranger, 3));
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), removed, 3).Result);
        Assert.Equal((1L, 1L, 1L), (store.Count().Blocked, store.Count().BlockedByFeedback, store.Count().Allowed));
        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(removed, Clock.Now.AddSeconds(1)));
        Assert.Equal(Verdict.BlockedByFeedback, store.SetVerdict(removed, Verdict.None));
    }

    [Fact]
    public void FeedbackOfMany_IsJudgedOneByOne()
    {
        var store = Open();
        var (stranger, allowed) = (Somebody(), Somebody());
        store.SetVerdict(allowed, Verdict.Allowed);

        Assert.Equal([FeedbackResult.Blocked, FeedbackResult.Allowed, FeedbackResult.BlockedAlready],
            store.BlockByFeedback(
                [(stranger, Clock.Now, false), (allowed, Clock.Now, true), (stranger, Clock.Now, false)]));
        Assert.Empty(store.BlockByFeedback([]));
    }

    /// <summary>Two hosts that write the same rows in opposite orders wait for each other.</summary>
    [Fact]
    public void FeedbackOfManyAtOnce_BlocksEverybody()
    {
        var people = Enumerable.Range(0, 40).Select(_ => Somebody()).ToArray();
        Open();
        InParallel(4, worker =>
        {
            var store = Open();
            store.CheckWritable();
            foreach (var batch in (worker % 2 == 0 ? people : people.Reverse()).Chunk(10))
                store.BlockByFeedback([.. batch.Select(person => (person, Clock.Now, true))]);
        });

        Assert.All(people, person => Assert.Equal(Verdict.BlockedByFeedback, Open().VerdictOf(person)));
    }

    [Fact]
    public void Removal_LeavesTheDomainsVerdictInForceAndIsForgottenInTime()
    {
        var store = Open();
        var somebody = Key.Requester("a@blocked.example")!;
        store.SetVerdict(Key.AnybodyAt("blocked.example"), Verdict.Blocked);
        store.SetVerdict(somebody, Verdict.Allowed);
        store.SetVerdict(somebody, Verdict.None);

        Assert.Equal(Verdict.Blocked, store.VerdictOf(somebody));
        Assert.Equal(FeedbackResult.RemovedSince, store.BlockByFeedback(somebody, Clock.Now));
        Clock.Now += RequesterStore.RemovalMemory;
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(FeedbackResult.RemovedSince,
            store.BlockByFeedback(somebody, Clock.Now - RequesterStore.RemovalMemory));
        Clock.Now += TimeSpan.FromSeconds(1);
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(somebody, Clock.Now));
        Assert.Equal(1, store.Count().Blocked);
    }

    [Fact]
    public void RemovalUnderAClockThatWasAhead_HoldsBackNoFeedbackAndIsForgotten()
    {
        var store = Open();
        var (somebody, other) = (Somebody(), Somebody());
        Clock.Now += TimeSpan.FromDays(3);
        store.SetVerdict(somebody, Verdict.None);
        store.SetVerdict(other, Verdict.None);
        Clock.Now -= TimeSpan.FromDays(3);

        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(somebody, Clock.Now));
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(0, Number("SELECT COUNT(*) FROM listed WHERE verdict = 0"));
    }

    [Fact]
    public void BlockedByFeedback_AreTheLatestOnes()
    {
        var store = Open();
        var people = Enumerable.Range(0, 500).Select(_ => Somebody()).ToArray();
        store.SetVerdict(people[0], Verdict.Blocked);
        foreach (var person in people)
        {
            store.BlockByFeedback(person, Clock.Now);
            Clock.Now += TimeSpan.FromSeconds(1);
        }

        store.MostBlockedByFeedback = 100;
        store.Reset(DateTimeOffset.UnixEpoch);

        Assert.Equal((1L, 100L), (store.Count().Blocked, store.Count().BlockedByFeedback));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(people[0]));
        Assert.All(people[1..400], person => Assert.Equal(Verdict.None, store.VerdictOf(person)));
        Assert.All(people[400..], person => Assert.Equal(Verdict.BlockedByFeedback, store.VerdictOf(person)));
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(100, store.Count().BlockedByFeedback);
    }

    /// <summary>
    /// The operator takes people off the lists while older feedback arrives. None of them may stay blocked.
    /// </summary>
    [Fact]
    public void RemovalWhileFeedbackComesIn_IsNotUndone()
    {
        var people = Enumerable.Range(0, 20).Select(_ => Somebody()).ToArray();
        Open();
        InParallel(4, worker =>
        {
            var store = Open();
            foreach (var person in people)
            {
                if (worker == 0)
                    store.SetVerdict(person, Verdict.None);
                else
                    store.BlockByFeedback(person, Clock.Now);
            }
        });

        Assert.All(people, person => Assert.Equal(Verdict.None, Open().VerdictOf(person)));
    }
}
