using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Quota windows, and volumes of the ledger.
public abstract partial class StoreContract
{
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

        var (kept, forgotten) = (Clock.Now.AddDays(-days),
            Clock.Now.AddDays(-1.1 * days).AddHours(-2 * hoursBetweenResets));
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
        store.SetVerdict(Somebody(), Verdict.None);
        store.Reset(Clock.Now.AddDays(-7));
        Clock.Now += jump;

        Assert.Equal(days == -1 ? TimeSpan.Zero : jump, store.Reset(Clock.Now.AddDays(-7)).ClockJump);
        Assert.Equal(days == -1 ? TimeSpan.Zero : jump, Open().Count().ClockJump);
        Assert.Equal(ClaimResult.Retry, store.Claim(old, Somebody(), 9).Result);
        Assert.Equal(2, Number("SELECT COUNT(*) FROM listed"));

        Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(TimeSpan.Zero, store.Reset(Clock.Now.AddDays(-7)).ClockJump);
        Assert.Equal(TimeSpan.Zero, store.Count().ClockJump);
    }

    /// <summary>Otherwise the ledger would grow in one volume until that day.</summary>
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
        Assert.Equal(
            0, Number($"SELECT COUNT(*) FROM volume WHERE begun_at > {right.AddDays(10).ToUnixTimeSeconds()}"));
    }

    /// <summary>A host whose clock is behind resets, and begins a volume with a time long past.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(20000)]
    public void ResetWithAClockBehind_MakesNoYoungMessageOld(int days)
    {
        var store = Open();
        var right = Clock.Now;
        var message = NewMessage();
        store.Reset(right.AddDays(-7));
        store.Claim(message, Somebody(), 1);
        Clock.Now = right.AddDays(-days);
        store.Reset(Clock.Now.AddDays(-7));
        for (var day = 1; day <= 10; day++)
        {
            Clock.Now = right.AddDays(day);
            store.Reset(Clock.Now.AddDays(-7));
            if (day == 6) Assert.Equal(ClaimResult.Retry, store.Claim(message, Somebody(), 1).Result);
        }

        Assert.Equal(ClaimResult.Granted, store.Claim(message, Somebody(), 1).Result);
        Assert.InRange(Number("SELECT COUNT(*) FROM volume"), 2, 13);
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
        var claims = (Sent: store.Claim(sent, somebody, 9), Refused: store.Claim(refused, somebody, 9));
        store.Reset(Clock.Now.AddDays(-7));
        store.Claim(NewMessage(), somebody, 9);

        var later = Open();
        later.Record(claims.Sent, SentEntries(1));
        later.Refund(claims.Refused, somebody);

        AssertRetry(store.Claim(sent, somebody, 9), 1);
        Assert.Equal(1, store.Used(somebody));
        Assert.Equal(1, Number($"SELECT COUNT(*) FROM ledger WHERE charged = 0"));
    }

    [Fact]
    public void ResetThatWasCutOff_IsFinishedByTheNext()
    {
        var store = Open();
        for (var i = 0; i < 5; i++) store.Claim(NewMessage(), Somebody(), 1);
        // The state after the first step of a reset that was then cut off.
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
        Run($"INSERT INTO quota (epoch, requester, used) VALUES "
            + $"{string.Join(',', keys.Select(key => $"(1, x'{key}', 1)"))}");
        Run($"INSERT INTO ledger (volume, message, charged, tries, entries) VALUES "
            + $"{string.Join(',', keys.Select(key => $"(1, x'{key}', 1, 1, x'')"))}");

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
        store.SetVerdict(Somebody(), Verdict.Blocked);
        store.SetVerdict(Somebody(), Verdict.Allowed);
        store.SetVerdict(Key.AnybodyAt("example.net"), Verdict.Allowed);

        var counts = store.Count();

        Assert.Equal((1L, 2L, 3L), (counts.Blocked, counts.Allowed, counts.Messages));
        Assert.Equal([(1, 1), (2, 1)], counts.Requesters);
        Assert.Null(counts.LastReset);
        store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal(Clock.Now, store.Count().LastReset);
    }
}
