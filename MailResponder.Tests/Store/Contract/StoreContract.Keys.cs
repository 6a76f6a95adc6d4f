using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Changes of the address key.
public abstract partial class StoreContract
{
    [Fact]
    public void NewKey_ComesIntoForceAtTheResetAndLosesNothing()
    {
        var (first, address, asked) = (Key, "joe@example.net", "get@example.com");
        var old = Open();
        old.SetVerdict(first.AnybodyAt("blocked.example"), Verdict.Blocked);
        old.Record(old.Claim(first.Message(Header, asked), first.Requester(address)!, 3), SentEntries(0));
        _key.Change();
        var store = Open();

        // Until then, hosts behave the same with either file.
        Assert.Equal(first.Fingerprint, store.Key.Fingerprint);
        Assert.Same(Key, store.NextKey);
        Assert.Equal(1, store.Used(store.Key.Requester(address)!));
        AssertRetry(store.Claim(store.Key.Message(Header, asked), store.Key.Requester(address)!, 3), 0);
        old.SetVerdict(first.Requester("blocked@example.org")!, Verdict.Blocked);
        Assert.Equal(new ResetResult(1L, 0L, false, TimeSpan.Zero), old.Reset(Clock.Now.AddDays(-7)));
        Clock.Now += TimeSpan.FromHours(1);

        Assert.True(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);

        Assert.Equal((Key, null), (store.Key, store.NextKey));
        store = Open();
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@blocked.example")!));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("blocked@example.org")!));
        Assert.Equal(
            0, Number(
            $"SELECT COUNT(*) FROM listed WHERE subject = x'{Convert.ToHexString(first.Domain("blocked.example"))}'"));
        Assert.Equal(2, store.Count().Blocked);
        var message = Key.Message(Header, asked);
        var retry = store.Claim(message, Key.Requester(address)!, 3);
        AssertRetry(retry, 0);
        Assert.Equal(first.Message(Header, asked).Value, retry.Place.Key);
        Open().Record(retry, SentEntries(0, 1, 2));
        AssertRetry(Open().Claim(message, Key.Requester(address)!, 3), 0, 1, 2);
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Key.Requester(address)!, 3).Result);
        Assert.False(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);
    }

    /// <summary>
    /// Forged complaints can make the lists long. No message waits until all entries are hashed again.
    /// </summary>
    [Fact]
    public void LongLists_AreHashedAnewInBatches()
    {
        var old = Open();
        var people = Enumerable.Range(0, 1001).Select(i => $"joe{i}@example.net").ToList();
        foreach (var person in people) old.SetVerdict(Key.Requester(person)!, Verdict.Blocked);
        _key.Change();

        Assert.True(Open().Reset(Clock.Now.AddDays(-7)).KeyIsNew);

        var store = Open();
        Assert.Equal(1001, store.Count().Blocked);
        Assert.All(people, person => Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester(person)!)));
        Assert.Equal(1001, Number("SELECT COUNT(*) FROM listed"));
    }

    /// <summary>A copy made for a reset that never happened does not take effect.</summary>
    [Fact]
    public void ListChangedAfterItWasCopied_IsCopiedAgain()
    {
        var old = Open();
        var (freed, blocked) = ("freed@example.net", "blocked@example.net");
        old.SetVerdict(Key.Requester(freed)!, Verdict.Blocked);
        var first = Key;
        _key.Change();
        var database = Open();
        Run($"INSERT INTO listed (generation, subject, verdict, listed_at) SELECT 2, "
            + $"x'{Convert.ToHexString(Key.Requester(freed)!.Address)}', verdict, listed_at FROM listed");
        old.SetVerdict(first.Requester(freed)!, Verdict.None);
        old.SetVerdict(first.Requester(blocked)!, Verdict.Blocked);

        database.Reset(Clock.Now.AddDays(-7));

        Assert.Equal(Verdict.None, Open().VerdictOf(Key.Requester(freed)!));
        Assert.Equal(Verdict.Blocked, Open().VerdictOf(Key.Requester(blocked)!));
    }

    /// <summary>Another host changes the lists while they are copied. The clocks of the two may differ.</summary>
    [Theory]
    [InlineData(48)]
    [InlineData(0)]
    [InlineData(-48)]
    public void ListChangedWhileItIsCopied_IsCopiedAgain_WhateverTheClocksSay(int hoursAhead)
    {
        var old = Open();
        var (freed, blocked, bounced) = ("freed@example.net", "blocked@example.net", "bounced@example.net");
        old.SetVerdict(Key.Requester(freed)!, Verdict.Blocked);
        _key.Change();
        using (var database = OpenDatabase(Key))
        {
            var change = new KeyChange(database, Key);
            change.CopyLists(Clock.Now.AddHours(hoursAhead));

            old.SetVerdict(old.Key.Requester(freed)!, Verdict.None);
            old.SetVerdict(old.Key.Requester(blocked)!, Verdict.Blocked);
            old.BlockByFeedback(old.Key.Requester(bounced)!, Clock.Now);

            Assert.True(database.InTransaction(change.BringIntoForce));
        }

        Assert.Equal([Verdict.None, Verdict.Blocked, Verdict.BlockedByFeedback],
            new[] { freed, blocked, bounced }.Select(person => Open().VerdictOf(Key.Requester(person)!)));
        Assert.Equal(0, Number("SELECT COUNT(*) FROM meta WHERE name = 'copied_at'"));
    }

    [Fact]
    public void HostWithTheOldKey_IsRefusedAfterTheReset()
    {
        var first = Key;
        var old = Open();
        _key.Change();
        Open().Reset(Clock.Now.AddDays(-7));

        Assert.Equal(Cause.InProgress,
            Assert.Throws<ResponderException>(() => old.Claim(NewMessage(), Somebody(), 3)).Cause);
        Assert.Equal(Cause.InProgress,
            Assert.Throws<ResponderException>(() => old.SetVerdict(Somebody(), Verdict.Blocked)).Cause);
        Assert.Equal(Cause.InProgress,
            Assert.Throws<ResponderException>(() => old.BlockByFeedback(Somebody(), Clock.Now)).Cause);
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
        old.SetVerdict(first.AnybodyAt("blocked.example"), Verdict.Blocked);
        var message = first.Message(Header, asked);
        old.Claim(message, Somebody(), 3);
        _key.Change();
        _key.Change();
        var store = Open();

        store.Reset(Clock.Now.AddDays(-7));
        Open().Reset(Clock.Now.AddDays(-7));

        Assert.Equal(3, store.Key.Generation);
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@blocked.example")!));
        Assert.Equal(ClaimResult.Retry, store.Claim(Key.Message(Header, asked), Somebody(), 3).Result);
        Assert.Equal(message.Original, Key.Message(Header, asked).Original);
    }

    [Fact]
    public void NewDatabase_BeginsWithTheNewestKey()
    {
        _key.Change();
        var store = Open();

        Assert.Equal((2, null), (store.Key.Generation, store.NextKey));
        Assert.Equal(ClaimResult.Granted, store.Claim(NewMessage(), Somebody(), 3).Result);
        Assert.False(store.Reset(Clock.Now.AddDays(-7)).KeyIsNew);
    }

    /// <summary>Whatever a message has read before the key changes, no blocked requester is answered.</summary>
    [Fact]
    public void KeyChangesUnderLoad_AnswerNobodyWhoIsBlockedAndNobodyTwice()
    {
        var setUp = Open();
        setUp.SetVerdict(setUp.Key.AnybodyAt("blocked.example"), Verdict.Blocked);
        setUp.SetVerdict(setUp.Key.Requester("joe@example.net")!, Verdict.None);
        var (done, answers) = (false, 0);
        InParallel(5, worker =>
        {
            if (worker == 4)
            {
                for (var i = 0; i < 4; i++)
                {
                    lock (_key) _key.Change();
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
                    lock (_key) store = Open();
                    Assert.Equal(ClaimResult.Blocked,
                        store.Claim(NewMessage(), store.Key.Requester("a@blocked.example")!,
                        worker % 2 == 0 ? null : 3).Result);
                    if (store.Claim(store.Key.Message(Header, "get@example.com"),
                        store.Key.Requester("joe@example.net")!, null).Result == ClaimResult.Granted)
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
}
