using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Tests.Limits;

/// <summary>What every kind of store has to do, whatever is below it.</summary>
public abstract class StoreContract : IDisposable
{
    static readonly byte[] header = "From: joe@example.net\r\nSubject: help\r\n\r\n"u8.ToArray();

    readonly StoreKey key = new();
    readonly List<RequesterStore> opened = [];

    internal AddressKey Key => key.Key;

    internal MovableClock Clock { get; } = new();

    /// <summary>Another process's view of the same database.</summary>
    internal RequesterStore Open()
    {
        var store = OpenAnother();
        lock (opened) opened.Add(store);
        return store;
    }

    internal abstract RequesterStore OpenAnother();

    internal static EntryStates SentEntries(params ulong[] entries)
    {
        var states = new EntryStates();
        foreach (var entry in entries) states.SetSent(entry);
        return states;
    }

    internal static void AssertRetry(Claim claim, params ulong[] done)
    {
        Assert.Equal(ClaimResult.Retry, claim.Result);
        Assert.Equal(SentEntries(done).ToBytes(), claim.Entries!.ToBytes());
    }

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
        var entries = SentEntries(70);
        entries.SetGivenUp(72);
        store.Record(message, 1, entries);

        var retry = Open().Claim(message, somebody, 3);

        Assert.Equal((ClaimResult.Retry, 2L), (retry.Result, retry.Tries));
        Assert.Equal([true, false, true], ((ulong[])[70, 71, 72]).Select(retry.Entries!.IsDone));
        Assert.Equal(1, store.Used(somebody));
    }

    /// <summary>A try that only read could send the same reply again and again.</summary>
    [Fact]
    public void EachTry_IsWrittenDown()
    {
        var message = NewMessage();
        for (var tries = 1; tries <= 3; tries++)
        {
            Assert.Equal(tries, Open().Claim(message, Somebody(), 3).Tries);
            Assert.Equal(tries, Number("SELECT tries FROM ledger"));
        }
    }

    [Fact]
    public void RecordOfATryThatAnotherOneFollowed_IsAFailure()
    {
        var store = Open();
        var message = NewMessage();
        store.Claim(message, Somebody(), 3);
        Open().Claim(message, Somebody(), 3);

        Assert.Equal(Cause.Database, Assert.Throws<ResponderException>(() => store.Record(message, 1, SentEntries(1))).Cause);
        store.Record(message, 2, SentEntries(1));
    }

    [Fact]
    public void RequesterWhoWasBlockedAfterTheClaim_GetsNothingMore()
    {
        var store = Open();
        var (message, somebody) = (NewMessage(), Somebody());
        store.Claim(message, somebody, 3);
        store.SetVerdict(somebody.Address, Verdict.Blocked);

        Assert.Equal(ClaimResult.Blocked, store.Claim(message, somebody, 3).Result);
        store.SetVerdict(somebody.Address, Verdict.None);
        Assert.Equal(ClaimResult.Retry, store.Claim(message, somebody, 3).Result);
    }

    [Fact]
    public void MostEntriesThatAnAddressHas_AreRecorded()
    {
        var store = Open();
        var message = NewMessage();
        var entries = Enumerable.Range(0, EntryStates.MaxEntries).Select(i => ulong.MaxValue / 61 * (ulong)i).ToArray();
        store.Claim(message, Somebody(), 3);
        store.Record(message, 1, SentEntries(entries));

        var known = store.Claim(message, Somebody(), 3).Entries!;
        Assert.All(entries, entry => Assert.True(known.IsDone(entry)));
    }

    [Fact]
    public void RecordOfAMessageThatTheLedgerLost_IsAFailure()
    {
        var store = Open();
        var message = NewMessage();
        store.Claim(message, Somebody(), 3);
        store.Record(message, 1, SentEntries(0));
        store.Record(message, 1, SentEntries(0));
        Run("DELETE FROM ledger");

        Assert.Equal(Cause.Database, Assert.Throws<ResponderException>(() => store.Record(message, 1, SentEntries(1))).Cause);
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
    public void Feedback_BlocksUnlessTheOperatorDecidedOtherwise()
    {
        var store = Open();
        var (stranger, allowed, blocked, removed) = (Somebody(), Somebody(), Somebody(), Somebody());
        store.SetVerdict(allowed.Address, Verdict.Allowed);
        store.SetVerdict(blocked.Address, Verdict.Blocked);
        store.SetVerdict(removed.Address, Verdict.None);

        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(stranger, Clock.Now));
        Assert.Equal(FeedbackResult.BlockedAlready, Open().BlockByFeedback(stranger, Clock.Now));
        Assert.Equal(FeedbackResult.Allowed, store.BlockByFeedback(allowed, Clock.Now));
        Assert.Equal(FeedbackResult.BlockedAlready, store.BlockByFeedback(blocked, Clock.Now));
        Assert.Equal(FeedbackResult.RemovedSince, store.BlockByFeedback(removed, Clock.Now));

        Assert.Equal(new Claim(ClaimResult.Blocked), store.Claim(NewMessage(), stranger, 3));
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), removed, 3).Result);
        Assert.Equal((1L, 1L, 1L), (store.Count().Blocked, store.Count().BlockedByFeedback, store.Count().Allowed));
        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(removed, Clock.Now.AddSeconds(1)));
        Assert.Equal(Verdict.BlockedByFeedback, store.SetVerdict(removed.Address, Verdict.None));
    }

    [Fact]
    public void Removal_LeavesTheDomainsVerdictInForceAndIsForgottenInTime()
    {
        var store = Open();
        var somebody = Key.Requester("a@blocked.example")!;
        store.SetVerdict(Key.Domain("blocked.example"), Verdict.Blocked);
        store.SetVerdict(somebody.Address, Verdict.Allowed);
        store.SetVerdict(somebody.Address, Verdict.None);

        Assert.Equal(Verdict.Blocked, store.VerdictOf(somebody));
        Assert.Equal(FeedbackResult.RemovedSince, store.BlockByFeedback(somebody, Clock.Now));
        Clock.Now += RequesterStore.RemovalMemory;
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(FeedbackResult.RemovedSince, store.BlockByFeedback(somebody, Clock.Now - RequesterStore.RemovalMemory));
        Clock.Now += TimeSpan.FromSeconds(1);
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(FeedbackResult.Blocked, store.BlockByFeedback(somebody, Clock.Now));
        Assert.Equal(1, store.Count().Blocked);
    }

    [Fact]
    public void BlockedByFeedback_AreTheLatestOnes()
    {
        var store = Open();
        var people = Enumerable.Range(0, 500).Select(_ => Somebody()).ToArray();
        store.SetVerdict(people[0].Address, Verdict.Blocked);
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

    /// <summary>The operator takes people off the lists while feedback of before comes in: nobody may stay blocked.</summary>
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
                    store.SetVerdict(person.Address, Verdict.None);
                else
                    store.BlockByFeedback(person, Clock.Now);
            }
        });

        Assert.All(people, person => Assert.Equal(Verdict.None, Open().VerdictOf(person)));
    }

    [Fact]
    public void Reset_StartsANewWindowForEverybody()
    {
        var store = Open();
        var (one, other) = (Somebody(), Somebody());
        for (var i = 0; i < 3; i++) store.Claim(NewMessage(), one, 3);
        store.Claim(NewMessage(), other, 3);

        Assert.Equal(new ResetResult(2L, 0L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(0, store.Used(one));
        Assert.Empty(store.Count().Requesters);
        Assert.Equal(ClaimResult.Granted, Open().Claim(NewMessage(), one, 3).Result);
        Assert.Equal(1, store.Used(one));
        Assert.Equal(new ResetResult(1L, 0L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddDays(-7)));
    }

    [Fact]
    public void Reset_ForgetsOldMessagesOnly()
    {
        var store = Open();
        var somebody = Somebody();
        var (old, recent) = (NewMessage(), NewMessage());
        store.Claim(old, somebody, 9);
        Assert.Equal(new ResetResult(1L, 0L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddDays(-7)));
        for (var day = 1; day < 7; day++)
        {
            Clock.Now += TimeSpan.FromDays(1);
            Assert.Equal(0, store.Reset(Clock.Now.AddDays(-7)).Messages);
        }

        Clock.Now += TimeSpan.FromDays(1);
        store.Claim(recent, somebody, 9);

        Assert.Equal(new ResetResult(1L, 1L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(ClaimResult.Granted, store.Claim(old, somebody, 9).Result);
        Assert.Equal(ClaimResult.Retry, store.Claim(recent, somebody, 9).Result);
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(7, 24)]
    [InlineData(7, 1)]
    [InlineData(40, 24)]
    public void MessagesOfTheTimeThatIsKept_AreKnownAndOlderOnesAreForgotten(int days, int hoursBetweenResets)
    {
        var store = Open();
        var claimed = new Queue<(MessageKey Message, DateTimeOffset At)>();
        for (var hours = 0; hours < days * 48; hours += hoursBetweenResets)
        {
            var message = NewMessage();
            store.Claim(message, Somebody(), 1);
            claimed.Enqueue((message, Clock.Now));
            Clock.Now += TimeSpan.FromHours(hoursBetweenResets);
            store.Reset(Clock.Now.AddDays(-days));
        }

        var (kept, forgotten) = (Clock.Now.AddDays(-days), Clock.Now.AddDays(-1.1 * days).AddHours(-2 * hoursBetweenResets));
        Assert.All(claimed, message =>
        {
            var result = store.Claim(message.Message, Somebody(), 1).Result;
            if (message.At >= kept) Assert.Equal(ClaimResult.Retry, result);
            if (message.At < forgotten) Assert.Equal(ClaimResult.Granted, result);
        });
        Assert.InRange(Number("SELECT COUNT(*) FROM volume"), 2, 13);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4000)]
    [InlineData(-1)]
    [InlineData(-4000)]
    public void ResetFarFromTheLastOne_SaysSoAndForgetsNothing(int days)
    {
        var store = Open();
        var (old, jump) = (NewMessage(), TimeSpan.FromDays(days));
        store.Claim(old, Somebody(), 9);
        store.SetVerdict(Somebody().Address, Verdict.None);
        store.Reset(Clock.Now.AddDays(-7));
        Clock.Now += jump;

        Assert.Equal(days == -1 ? TimeSpan.Zero : jump, store.Reset(Clock.Now.AddDays(-7)).ClockJump);
        Assert.Equal(days == -1 ? TimeSpan.Zero : jump, Open().Count().ClockJump);
        Assert.Equal(ClaimResult.Retry, store.Claim(old, Somebody(), 9).Result);
        Assert.Equal(1, Number("SELECT COUNT(*) FROM listed"));

        Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(TimeSpan.Zero, store.Reset(Clock.Now.AddDays(-7)).ClockJump);
        Assert.Equal(TimeSpan.Zero, store.Count().ClockJump);
    }

    /// <summary>Else the ledger would grow in one volume until that day.</summary>
    [Fact]
    public void VolumeThatWasBegunInTheFuture_IsEndedByTheNextReset()
    {
        var store = Open();
        var right = Clock.Now;
        store.Reset(right.AddDays(-7));
        Clock.Now = right.AddYears(3);
        store.Reset(Clock.Now.AddDays(-7));
        Clock.Now = right.AddDays(1);
        store.Reset(Clock.Now.AddDays(-7));
        var message = NewMessage();
        store.Claim(message, Somebody(), 1);

        for (var day = 2; day <= 10; day++)
        {
            Clock.Now = right.AddDays(day);
            store.Reset(Clock.Now.AddDays(-7));
        }

        Assert.Equal(ClaimResult.Granted, store.Claim(message, Somebody(), 1).Result);
        Assert.InRange(Number("SELECT COUNT(*) FROM volume"), 2, 13);
        Assert.Equal(0, Number($"SELECT COUNT(*) FROM volume WHERE begun_at > {right.AddDays(10).ToUnixTimeSeconds()}"));
    }

    [Fact]
    public void ResetsOfSeveralHosts_BeginOneVolume()
    {
        var store = Open();
        store.Reset(Clock.Now.AddDays(-7));
        var before = Number("SELECT COUNT(*) FROM volume");
        Clock.Now += TimeSpan.FromDays(1);

        InParallel(4, _ => Open().Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(before + 1, Number("SELECT COUNT(*) FROM volume"));
    }

    [Fact]
    public void MessageOfAnEarlierVolume_IsRecordedAndRefunded()
    {
        var somebody = Somebody();
        var (sent, refused) = (NewMessage(), NewMessage());
        var store = Open();
        foreach (var message in (MessageKey[])[sent, refused]) store.Claim(message, somebody, 9);
        store.Reset(Clock.Now.AddDays(-7));
        store.Claim(NewMessage(), somebody, 9);

        var later = Open();
        later.Record(sent, 1, SentEntries(1));
        later.Refund(refused, somebody);

        AssertRetry(store.Claim(sent, somebody, 9), 1);
        Assert.Equal(1, store.Used(somebody));
        Assert.Equal(1, Number($"SELECT COUNT(*) FROM ledger WHERE charged = 0"));
    }

    [Fact]
    public void ResetThatWasCutOff_IsFinishedByTheNext()
    {
        var store = Open();
        for (var i = 0; i < 5; i++) store.Claim(NewMessage(), Somebody(), 1);
        // What its first step leaves when nothing comes after it.
        Run("UPDATE meta SET value = value + 1 WHERE name = 'epoch'");
        Run("INSERT INTO volume (number, begun_at, generation) VALUES (7, 0, 1)");
        Run("DELETE FROM volume WHERE number < 7");
        store.Claim(NewMessage(), Somebody(), 1);
        Assert.Equal(1, store.Count().Messages);

        Assert.Equal(new ResetResult(1L, 5L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddDays(-7)));

        Assert.Equal(0, RowsInQuota());
        Assert.Equal(1, Number("SELECT COUNT(*) FROM ledger"));
    }

    [Fact]
    public void Reset_DeletesMoreThanOneBatch()
    {
        var store = Open();
        store.Claim(NewMessage(), Somebody(), 1);
        var keys = Enumerable.Range(0, 12_000).Select(_ => Convert.ToHexString(NewMessage().Value)).ToArray();
        Run($"INSERT INTO quota (epoch, requester, used) VALUES {string.Join(',', keys.Select(key => $"(1, x'{key}', 1)"))}");
        Run($"INSERT INTO ledger (volume, message, charged, tries, entries) VALUES {string.Join(',', keys.Select(key => $"(1, x'{key}', 1, 1, x'')"))}");

        Assert.Equal(new ResetResult(12_001L, 12_001L, false, TimeSpan.Zero), store.Reset(Clock.Now.AddSeconds(1)));
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
    public void LimitOfAll_RefusesWithoutATraceAndCountsOnceWhenThereIsRoomAgain()
    {
        var store = Open();
        var limits = new LimitSettings { ServicePerMinute = 2, ServicePerDay = 3 };
        var (late, message) = (Somebody(), NewMessage());
        for (var i = 0; i < 2; i++) Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 3, limits).Result);

        for (var i = 0; i < 3; i++) Assert.Equal(new Claim(ClaimResult.OverLimit, Limit: Limit.ServicePerMinute), Open().Claim(message, late, 3, limits));
        Assert.Equal((0L, 2L), (store.Used(late), store.Count().Messages));

        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(ClaimResult.Granted, store.Claim(message, late, 3, limits).Result);
        Assert.Equal(ClaimResult.Retry, store.Claim(message, late, 3, limits).Result);
        Assert.Equal((1L, 3L), (store.Used(late), store.Count().Messages));
        Assert.Equal(new Claim(ClaimResult.OverLimit, Limit: Limit.ServicePerDay), store.Claim(NewMessage(), late, 3, limits));
        Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), late, 3, limits).Result);
    }

    [Fact]
    public void LimitOfADomain_IsNoOtherDomainsAndNotForTheAllowed()
    {
        var store = Open();
        var limits = new LimitSettings { DomainPerMinute = 2, DomainPerDay = 3, ServicePerDay = 100 };
        var allowed = Somebody();
        store.SetVerdict(allowed.Address, Verdict.Allowed);
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
        store.SetVerdict(blocked.Address, Verdict.Blocked);
        var message = NewMessage();
        store.Claim(message, greedy, 1, limits);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ClaimResult.Blocked, store.Claim(NewMessage(), blocked, 3, limits).Result);
            Assert.Equal(ClaimResult.OverQuota, store.Claim(NewMessage(), greedy, 1, limits).Result);
            Assert.Equal(ClaimResult.Retry, store.Claim(message, greedy, 1, limits).Result);
        }

        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 1, limits).Result);
        // Also when a limit is reached, these are not kept until later.
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
                if (claim.Result == ClaimResult.OverLimit && store.TakeReport(Limit.ServicePerMinute)) Interlocked.Increment(ref reports);
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
        Assert.True(store.TakeReport(Limit.DomainPerMinute));
        Clock.Now += TimeSpan.FromMinutes(59);
        Assert.False(store.TakeReport(Limit.DomainPerMinute));
        Assert.True(store.TakeReport(Limit.DomainPerDay));
        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.True(store.TakeReport(Limit.DomainPerMinute));
        Assert.False(store.TakeReport(Limit.DomainPerDay));
    }

    [Fact]
    public void NewKey_ComesIntoForceAtTheResetAndLosesNothing()
    {
        var (first, address, asked) = (Key, "joe@example.net", "get@example.com");
        var old = Open();
        old.SetVerdict(first.Domain("blocked.example"), Verdict.Blocked);
        old.Claim(first.Message(header, asked), first.Requester(address)!, 3);
        old.Record(first.Message(header, asked), 1, SentEntries(0));
        key.Change();
        var store = Open();

        // Until then hosts with either file do the same.
        Assert.Equal(first.Fingerprint, store.Key.Fingerprint);
        Assert.Same(Key, store.NextKey);
        Assert.Equal(1, store.Used(store.Key.Requester(address)!));
        AssertRetry(store.Claim(store.Key.Message(header, asked), store.Key.Requester(address)!, 3), 0);
        old.SetVerdict(first.Requester("blocked@example.org")!.Address, Verdict.Blocked);
        Assert.Equal(new ResetResult(1L, 0L, false, TimeSpan.Zero), old.Reset(Clock.Now.AddDays(-7)));
        Clock.Now += TimeSpan.FromHours(1);

        Assert.True(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);

        Assert.Equal((Key, null), (store.Key, store.NextKey));
        store = Open();
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@blocked.example")!));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("blocked@example.org")!));
        Assert.Equal(0, Number($"SELECT COUNT(*) FROM listed WHERE subject = x'{Convert.ToHexString(first.Domain("blocked.example"))}'"));
        Assert.Equal(2, store.Count().Blocked);
        var message = Key.Message(header, asked);
        var retry = store.Claim(message, Key.Requester(address)!, 3);
        AssertRetry(retry, 0);
        Assert.Equal(first.Message(header, asked).Value, store.LedgerKey(message));
        Open().Record(message, retry.Tries, SentEntries(0, 1, 2));
        AssertRetry(Open().Claim(message, Key.Requester(address)!, 3), 0, 1, 2);
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Key.Requester(address)!, 3).Result);
        Assert.False(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);
    }

    /// <summary>Forged complaints can make the lists long; no message waits until all of them are hashed anew.</summary>
    [Fact]
    public void LongLists_AreHashedAnewInBatches()
    {
        var old = Open();
        var people = Enumerable.Range(0, 1001).Select(i => $"joe{i}@example.net").ToList();
        foreach (var person in people) old.SetVerdict(Key.Requester(person)!.Address, Verdict.Blocked);
        key.Change();

        Assert.True(Open().Reset(Clock.Now.AddDays(-7)).KeyIsNew);

        var store = Open();
        Assert.Equal(1001, store.Count().Blocked);
        Assert.All(people, person => Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester(person)!)));
        Assert.Equal(1001, Number("SELECT COUNT(*) FROM listed"));
    }

    /// <summary>A copy that was made for a reset that never came is not what is in force.</summary>
    [Fact]
    public void ListChangedAfterItWasCopied_IsCopiedAgain()
    {
        var old = Open();
        var (freed, blocked) = ("freed@example.net", "blocked@example.net");
        old.SetVerdict(Key.Requester(freed)!.Address, Verdict.Blocked);
        var first = Key;
        key.Change();
        var database = Open();
        Run($"INSERT INTO listed (generation, subject, verdict, listed_at) SELECT 2, x'{Convert.ToHexString(Key.Requester(freed)!.Address)}', verdict, listed_at FROM listed");
        old.SetVerdict(first.Requester(freed)!.Address, Verdict.None);
        old.SetVerdict(first.Requester(blocked)!.Address, Verdict.Blocked);

        database.Reset(Clock.Now.AddDays(-7));

        Assert.Equal(Verdict.None, Open().VerdictOf(Key.Requester(freed)!));
        Assert.Equal(Verdict.Blocked, Open().VerdictOf(Key.Requester(blocked)!));
    }

    [Fact]
    public void HostWithTheOldKey_IsRefusedAfterTheReset()
    {
        var first = Key;
        var old = Open();
        key.Change();
        Open().Reset(Clock.Now.AddDays(-7));

        Assert.Equal(Cause.InProgress, Assert.Throws<ResponderException>(() => old.Claim(NewMessage(), Somebody(), 3)).Cause);
        Assert.Equal(Cause.InProgress, Assert.Throws<ResponderException>(() => old.SetVerdict(Somebody().Address, Verdict.Blocked)).Cause);
        Assert.Equal(Cause.InProgress, Assert.Throws<ResponderException>(() => old.BlockByFeedback(Somebody(), Clock.Now)).Cause);
        Assert.Equal(Cause.KeyFile, Assert.Throws<ResponderException>(() => old.Reset(Clock.Now)).Cause);
        var refused = Assert.Throws<ResponderException>(() => OpenWith(first));
        Assert.Equal(Cause.KeyFile, refused.Cause);
        Assert.Contains("has gone over to a newer address key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralNewKeysAtOnce_AreTakenInOneStep()
    {
        var (first, asked) = (Key, "get@example.com");
        var old = Open();
        old.SetVerdict(first.Domain("blocked.example"), Verdict.Blocked);
        var message = first.Message(header, asked);
        old.Claim(message, Somebody(), 3);
        key.Change();
        key.Change();
        var store = Open();

        store.Reset(Clock.Now.AddDays(-7));
        Open().Reset(Clock.Now.AddDays(-7));

        Assert.Equal(3, store.Key.Generation);
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@blocked.example")!));
        Assert.Equal(ClaimResult.Retry, store.Claim(Key.Message(header, asked), Somebody(), 3).Result);
        Assert.Equal(message.Original, Key.Message(header, asked).Original);
    }

    [Fact]
    public void NewDatabase_BeginsWithTheNewestKey()
    {
        key.Change();
        var store = Open();

        Assert.Equal((2, null), (store.Key.Generation, store.NextKey));
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 3).Result);
        Assert.False(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);
    }

    /// <summary>Whatever a message has read before the key changes, nobody who is blocked is answered.</summary>
    [Fact]
    public void KeyChangesUnderLoad_AnswerNobodyWhoIsBlockedAndNobodyTwice()
    {
        var setUp = Open();
        setUp.SetVerdict(setUp.Key.Domain("blocked.example"), Verdict.Blocked);
        setUp.SetVerdict(setUp.Key.Requester("joe@example.net")!.Address, Verdict.None);
        var (done, answers) = (false, 0);
        InParallel(5, worker =>
        {
            if (worker == 4)
            {
                for (var i = 0; i < 4; i++)
                {
                    lock (key) key.Change();
                    Open().Reset(Clock.Now.AddDays(-7));
                }

                Volatile.Write(ref done, true);
                return;
            }

            while (!Volatile.Read(ref done))
            {
                try
                {
                    RequesterStore store;
                    lock (key) store = Open();
                    Assert.Equal(ClaimResult.Blocked, store.Claim(NewMessage(), store.Key.Requester("a@blocked.example")!, worker % 2 == 0 ? null : 3).Result);
                    if (store.Claim(store.Key.Message(header, "get@example.com"), store.Key.Requester("joe@example.net")!, null).Result == ClaimResult.Granted)
                        Interlocked.Increment(ref answers);
                }
                catch (ResponderException exception) when (exception.Cause == Cause.InProgress)
                {
                }
            }
        });

        Assert.Equal(5, Open().Key.Generation);
        Assert.Equal(1, answers);
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

    internal abstract RequesterStore OpenWith(AddressKey key);

    /// <summary>The one number that a statement answers.</summary>
    protected abstract long Number(string sql);

    /// <summary>Runs a statement past the store.</summary>
    protected abstract void Run(string sql);

    long RowsInQuota() => Number("SELECT COUNT(*) FROM quota");

    /// <summary>Tries to enter as a process would that does not share this one's locks.</summary>
    internal abstract IDisposable? InAnotherProcess(RequesterStore other, MessageKey message);

    internal Requester Somebody() => key.Somebody();

    internal static MessageKey NewMessage() => StoreKey.NewMessage();

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
