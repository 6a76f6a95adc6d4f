using MailResponder.Limits;

namespace MailResponder.Tests.Limits;

/// <summary>What every kind of store has to do, whatever is below it.</summary>
public abstract class StoreContract : IDisposable
{
    readonly StoreKey key = new();
    readonly List<Store> opened = [];

    internal AddressKey Key => key.Key;

    internal MovableClock Clock { get; } = new();

    /// <summary>Another process's view of the same database.</summary>
    internal Store Open()
    {
        var store = OpenAnother();
        lock (opened) opened.Add(store);
        return store;
    }

    internal abstract Store OpenAnother();

    [Fact]
    public void FirstClaim_IsGrantedAndCharged()
    {
        var store = Open();
        var somebody = Somebody();

        Assert.Equal(new Claim(ClaimResult.Granted), store.Claim(NewMessage(), somebody, 3));
        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void SecondClaimOfAMessage_IsARetryAndNotCharged()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        store.Claim(message, somebody, 3);
        store.RecordSent(message, 0);
        store.RecordGivenUp(message, 2);

        var retry = Open().Claim(message, somebody, 3);

        Assert.Equal(ClaimResult.Retry, retry.Result);
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(retry.IsDone));
        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void LastEntryThatTheLedgerKnows_IsRecorded()
    {
        var store = Open();
        var message = NewMessage();
        store.Claim(message, Somebody(), 3);
        store.RecordSent(message, MailResponder.Limits.Claim.MaxEntries - 1);

        var retry = store.Claim(message, Somebody(), 3);

        Assert.True(retry.IsDone(MailResponder.Limits.Claim.MaxEntries - 1));
        Assert.Equal(1L << (MailResponder.Limits.Claim.MaxEntries - 1), retry.Sent);
    }

    [Fact]
    public void ClaimOverTheQuota_IsRefusedAndLeavesNoTrace()
    {
        var store = Open();
        var somebody = Somebody();
        for (var i = 0; i < 3; i++) store.Claim(NewMessage(), somebody, 3);
        var message = NewMessage();

        Assert.Equal(ClaimResult.OverQuota, store.Claim(message, somebody, 3).Result);
        Assert.Equal(ClaimResult.OverQuota, store.Claim(message, somebody, 3).Result);
        Assert.Equal(3, store.Used(somebody));
        Assert.Equal(3, store.Count().Messages);
    }

    [Fact]
    public void QuotaOfOneRequester_IsNotAnothers()
    {
        var store = Open();
        store.Claim(NewMessage(), Somebody(), 1);

        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 1).Result);
    }

    [Fact]
    public void RequesterWithoutALimit_IsNotCharged()
    {
        var store = Open();
        var somebody = Somebody();
        for (var i = 0; i < 5; i++) Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), somebody, null).Result);

        Assert.Equal(0, store.Used(somebody));
    }

    [Fact]
    public void Refund_GivesBackOnceOnly()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        store.Claim(NewMessage(), somebody, 3);
        store.Claim(message, somebody, 3);

        store.Refund(message, somebody);
        store.Refund(message, somebody);

        Assert.Equal(1, store.Used(somebody));
        Assert.Equal(ClaimResult.Retry, store.Claim(message, somebody, 3).Result);
        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void RefundOfAMessageThatWasNotCharged_GivesNothing()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        store.Claim(NewMessage(), somebody, 3);
        store.Claim(message, somebody, null);

        store.Refund(message, somebody);
        store.Refund(NewMessage(), somebody);

        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void RefundAfterAReset_DoesNotTouchTheNewWindow()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        store.Claim(message, somebody, 3);
        store.Reset(DateTimeOffset.UnixEpoch);
        store.Claim(NewMessage(), somebody, 3);

        store.Refund(message, somebody);

        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void BlockedRequester_IsNotClaimed()
    {
        var store = Open();
        var somebody = Somebody();
        Assert.Equal(Verdict.None, store.SetVerdict(somebody.Address, Verdict.Blocked));

        Assert.Equal(new Claim(ClaimResult.Blocked), store.Claim(NewMessage(), somebody, 3));
        Assert.Equal(0, store.Count().Messages);
    }

    [Fact]
    public void AllowedRequester_HasNoQuotaEvenBelowABlockedDomain()
    {
        var store = Open();
        var somebody = Key.Requester("a@sub.blocked.example")!;
        store.SetVerdict(Key.Domain("blocked.example"), Verdict.Blocked);
        store.SetVerdict(somebody.Address, Verdict.Allowed);

        for (var i = 0; i < 3; i++) Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), somebody, 1).Result);
        Assert.Equal(0, store.Used(somebody));
    }

    [Fact]
    public void NearestVerdict_IsInForce()
    {
        var store = Open();
        store.SetVerdict(Key.Domain("example.net"), Verdict.Blocked);
        store.SetVerdict(Key.Domain("good.example.net"), Verdict.Allowed);

        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@example.net")!));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@bad.example.net")!));
        Assert.Equal(Verdict.Allowed, store.VerdictOf(Key.Requester("a@x.good.example.net")!));
        Assert.Equal(Verdict.None, store.VerdictOf(Key.Requester("a@example.org")!));
    }

    [Fact]
    public void SetVerdict_TellsTheOneBefore()
    {
        var store = Open();
        var subject = Somebody().Address;

        Assert.Equal(Verdict.None, store.SetVerdict(subject, Verdict.Blocked));
        Assert.Equal(Verdict.Blocked, store.SetVerdict(subject, Verdict.Allowed));
        Assert.Equal(Verdict.Allowed, store.SetVerdict(subject, Verdict.None));
        Assert.Equal(Verdict.None, store.SetVerdict(subject, Verdict.None));
    }

    [Fact]
    public void Reset_StartsANewWindowForEverybody()
    {
        var store = Open();
        var (one, other) = (Somebody(), Somebody());
        for (var i = 0; i < 3; i++) store.Claim(NewMessage(), one, 3);
        store.Claim(NewMessage(), other, 3);

        Assert.Equal((2L, 0L), store.Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(0, store.Used(one));
        Assert.Empty(store.Count().Requesters);
        Assert.Equal(ClaimResult.Granted, Open().Claim(NewMessage(), one, 3).Result);
        Assert.Equal(1, store.Used(one));
        Assert.Equal((1L, 0L), store.Reset(Clock.Now.AddDays(-7)));
    }

    [Fact]
    public void Reset_ForgetsOldMessagesOnly()
    {
        var store = Open();
        var somebody = Somebody();
        var (old, recent) = (NewMessage(), NewMessage());
        store.Claim(old, somebody, 9);
        Clock.Now += TimeSpan.FromDays(8);
        store.Claim(recent, somebody, 9);

        Assert.Equal((1L, 1L), store.Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(ClaimResult.Granted, store.Claim(old, somebody, 9).Result);
        Assert.Equal(ClaimResult.Retry, store.Claim(recent, somebody, 9).Result);
    }

    [Fact]
    public void Reset_DeletesMoreThanOneBatch()
    {
        var store = Open();
        for (var i = 0; i < 1205; i++)
        {
            Clock.Now += TimeSpan.FromSeconds(i % 3);
            store.Claim(NewMessage(), Somebody(), 1);
        }

        Assert.Equal((1205L, 1205L), store.Reset(Clock.Now.AddSeconds(1)));
        Assert.Equal(0, store.Count().Messages);
        Assert.Equal(0, RowsInQuota());
    }

    [Fact]
    public void Count_TellsSizesAndTheLastReset()
    {
        var store = Open();
        var (one, two) = (Somebody(), Somebody());
        store.Claim(NewMessage(), one, 3);
        store.Claim(NewMessage(), one, 3);
        store.Claim(NewMessage(), two, 3);
        store.SetVerdict(Somebody().Address, Verdict.Blocked);
        store.SetVerdict(Somebody().Address, Verdict.Allowed);
        store.SetVerdict(Key.Domain("example.net"), Verdict.Allowed);

        var counts = store.Count();

        Assert.Equal((1L, 2L, 3L), (counts.Blocked, counts.Allowed, counts.Messages));
        Assert.Equal([(1, 1), (2, 1)], counts.Requesters);
        Assert.Null(counts.LastReset);
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(Clock.Now, store.Count().LastReset);
    }

    [Fact]
    public void EnteredMessage_IsClosedToOthersUntilItIsLeft()
    {
        var message = NewMessage();
        var (one, other) = (Open(), Open());
        using (var entered = one.EnterMessage(message))
        {
            Assert.NotNull(entered);
            Assert.Null(InAnotherProcess(other, message));
            Assert.NotNull(other.EnterMessage(NewMessage()));
        }

        Assert.NotNull(other.EnterMessage(message));
    }

    [Fact]
    public void ManyAtOnce_ChargeOneRequesterExactlyToTheLimit()
    {
        var somebody = Somebody();
        Open();
        var results = new ClaimResult[48];
        InParallel(12, worker =>
        {
            var store = Open();
            for (var i = worker; i < results.Length; i += 12) results[i] = store.Claim(NewMessage(), somebody, 3).Result;
        });

        Assert.Equal(3, results.Count(result => result == ClaimResult.Granted));
        Assert.Equal(45, results.Count(result => result == ClaimResult.OverQuota));
        Assert.Equal(3, Open().Used(somebody));
    }

    [Fact]
    public void ManyClaimsOfOneMessage_AreChargedOnce()
    {
        var somebody = Somebody();
        var message = NewMessage();
        Open();
        var results = new ClaimResult[12];
        InParallel(results.Length, worker => results[worker] = Open().Claim(message, somebody, 100).Result);

        Assert.Equal(1, results.Count(result => result == ClaimResult.Granted));
        Assert.Equal(11, results.Count(result => result == ClaimResult.Retry));
        Assert.Equal(1, Open().Used(somebody));
    }

    /// <summary>
    /// Requesters with a quota of one ask without end while it is reset. Each window answers each of them at most once,
    /// and every grant is a charge in a window: no more grants than windows, and none is lost.
    /// </summary>
    [Fact]
    public void ResetUnderLoad_LosesAndDoublesNoCharge()
    {
        const int resets = 12;
        var people = Enumerable.Range(0, 4).Select(_ => Somebody()).ToArray();
        var granted = new int[people.Length];
        var old = Open();
        for (var i = 0; i < 450; i++) old.Claim(NewMessage(), Somebody(), 1);
        var done = false;
        InParallel(9, worker =>
        {
            var store = Open();
            if (worker == 8)
            {
                for (var i = 0; i < resets; i++)
                {
                    // Everybody gets at least one try in every window.
                    Patience.Until("all are charged", () => people.All(person => store.Used(person) == 1));
                    store.Reset(DateTimeOffset.UnixEpoch);
                }

                Patience.Until("all are charged", () => people.All(person => store.Used(person) == 1));
                Volatile.Write(ref done, true);
                return;
            }

            while (!Volatile.Read(ref done))
            {
                var index = worker % people.Length;
                if (store.Claim(NewMessage(), people[index], 1).Result == ClaimResult.Granted) Interlocked.Increment(ref granted[index]);
            }
        });

        Assert.All(granted, count => Assert.Equal(resets + 1, count));
    }

    [Fact]
    public void WrongKey_IsRefused()
    {
        Open();
        using var other = new StoreKey();

        var failure = Assert.Throws<ResponderException>(() => OpenWith(other.Key));

        Assert.Equal(Cause.KeyFile, failure.Cause);
        Assert.Contains("made with another address key", failure.Message, StringComparison.Ordinal);
    }

    internal abstract Store OpenWith(AddressKey key);

    protected abstract long RowsInQuota();

    /// <summary>Tries to enter as a process would that does not share this one's locks.</summary>
    internal abstract IDisposable? InAnotherProcess(Store other, byte[] message);

    internal Requester Somebody() => key.Somebody();

    protected static byte[] NewMessage() => StoreKey.NewMessage();

    /// <summary>Threads of their own, so that all of them really run.</summary>
    protected static void InParallel(int workers, Action<int> work)
    {
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, workers).Select(worker => new Thread(() =>
        {
            try
            {
                work(worker);
            }
            catch (Exception exception)
            {
                lock (failures) failures.Add(exception);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Empty(failures);
    }

    public void Dispose()
    {
        foreach (var store in opened) store.Dispose();
        CleanUp();
        key.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract void CleanUp();
}
