using MailResponder.Store;

namespace MailResponder.Tests.Store;

// Many processes at once.
public abstract partial class StoreContract
{
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
            for (var i = worker; i < results.Length; i += 12) results[i] =
                store.Claim(NewMessage(), somebody, 3).Result;
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
    /// Requesters with a quota of one keep asking while it is reset. Each window answers each of them at most once, and
    /// every grant is a charge in one window. There are never more grants than windows, and no charge is lost.
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
                    // Each requester gets at least one attempt in every window.
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
                if (store.Claim(NewMessage(), people[index], 1).Result == ClaimResult.Granted) Interlocked.Increment(
                    ref granted[index]);
            }
        });

        Assert.All(granted, count => Assert.Equal(resets + 1, count));
    }
}
