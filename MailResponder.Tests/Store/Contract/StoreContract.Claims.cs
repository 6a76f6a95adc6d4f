using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Claims, retries, and their records.
public abstract partial class StoreContract
{
    [Fact]
    public void FirstClaim_IsGrantedAndCharged()
    {
        var store = Open();
        var somebody = Somebody();

        var claim = store.Claim(NewMessage(), somebody, 3);
        Assert.Equal((ClaimResult.Granted, 1L), (claim.Result, claim.Tries));
        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void SecondClaimOfAMessage_IsARetryAndNotCharged()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        var claim = store.Claim(message, somebody, 3);
        var entries = SentEntries(70);
        entries.SetDone(72, isSent: false);
        store.Record(claim, entries);

        var retry = Open().Claim(message, somebody, 3);

        Assert.Equal((ClaimResult.Retry, 2L), (retry.Result, retry.Tries));
        Assert.Equal([true, false, true], ((ulong[])[70, 71, 72]).Select(retry.Entries!.IsDone));
        Assert.Equal(1, store.Used(somebody));
    }

    /// <summary>An attempt that only read could send the same reply again and again.</summary>
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
        var first = store.Claim(message, Somebody(), 3);
        var second = Open().Claim(message, Somebody(), 3);

        Assert.Equal(Cause.Database, Assert.Throws<ResponderException>(
            () => store.Record(first, SentEntries(1))).Cause);
        store.Record(second, SentEntries(1));
    }

    [Fact]
    public void RequesterWhoWasBlockedAfterTheClaim_GetsNothingMore()
    {
        var store = Open();
        var (message, somebody) = (NewMessage(), Somebody());
        store.Claim(message, somebody, 3);
        store.SetVerdict(somebody, Verdict.Blocked);

        Assert.Equal(ClaimResult.Blocked, store.Claim(message, somebody, 3).Result);
        store.SetVerdict(somebody, Verdict.None);
        Assert.Equal(ClaimResult.Retry, store.Claim(message, somebody, 3).Result);
    }

    [Fact]
    public void MostEntriesThatAnAddressHas_AreRecorded()
    {
        var store = Open();
        var message = NewMessage();
        var entries = Enumerable.Range(0, EntryStates.MaxEntries).Select(i => ulong.MaxValue / 61 * (ulong)i).ToArray();
        store.Record(store.Claim(message, Somebody(), 3), SentEntries(entries));

        var known = store.Claim(message, Somebody(), 3).Entries!;
        Assert.All(entries, entry => Assert.True(known.IsDone(entry)));
    }

    [Fact]
    public void RecordOfAMessageThatTheLedgerLost_IsAFailure()
    {
        var store = Open();
        var message = NewMessage();
        var claim = store.Claim(message, Somebody(), 3);
        store.Record(claim, SentEntries(0));
        store.Record(claim, SentEntries(0));
        Run("DELETE FROM ledger");

        Assert.Equal(Cause.Database, Assert.Throws<ResponderException>(
            () => store.Record(claim, SentEntries(1))).Cause);
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
        var claim = store.Claim(message, somebody, 3);

        store.Refund(claim, somebody);
        store.Refund(claim, somebody);

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
        store.Refund(store.Claim(message, somebody, null), somebody);
        store.Refund(new Claim(ClaimResult.Granted, Place: new LedgerPlace(NewMessage().Value, 1)), somebody);

        Assert.Equal(1, store.Used(somebody));
    }

    [Fact]
    public void RefundAfterAReset_DoesNotTouchTheNewWindow()
    {
        var store = Open();
        var somebody = Somebody();
        var message = NewMessage();
        var claim = store.Claim(message, somebody, 3);
        store.Reset(DateTimeOffset.UnixEpoch);
        store.Claim(NewMessage(), somebody, 3);

        store.Refund(claim, somebody);

        Assert.Equal(1, store.Used(somebody));
    }
}
