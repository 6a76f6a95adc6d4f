using MailResponder.Store;

namespace MailResponder.Tests.Store;

/// <summary>What every kind of store must do, whatever database is below it.</summary>
public abstract partial class StoreContract : IDisposable
{
    private static readonly byte[] Header = "From: joe@example.net\r\nSubject: help\r\n\r\n"u8.ToArray();

    private readonly StoreKey _key = new();
    private readonly List<RequesterStore> _opened = [];

    internal AddressKey Key => _key.Key;

    internal MovableClock Clock { get; } = new();

    /// <summary>Opens the same database as another process would.</summary>
    internal RequesterStore Open()
    {
        var store = OpenAnother();
        lock (_opened) _opened.Add(store);
        return store;
    }

    internal abstract RequesterStore OpenAnother();

    internal static EntryStates SentEntries(params ulong[] entries)
    {
        var states = new EntryStates();
        foreach (var entry in entries) states.SetDone(entry, isSent: true);
        return states;
    }

    internal static void AssertRetry(Claim claim, params ulong[] done)
    {
        Assert.Equal(ClaimResult.Retry, claim.Result);
        Assert.Equal(SentEntries(done).ToBytes(), claim.Entries!.ToBytes());
    }

    internal abstract RequesterStore OpenWith(AddressKey key);

    internal abstract IDatabase OpenDatabase(AddressKey key);

    /// <summary>Returns the one number that a statement selects.</summary>
    protected abstract long Number(string sql);

    /// <summary>Runs a statement directly on the database.</summary>
    protected abstract void Run(string sql);

    private long RowsInQuota() => Number("SELECT COUNT(*) FROM quota");

    /// <summary>Tries to enter a message like a process that does not share this one's locks.</summary>
    internal abstract IDisposable? InAnotherProcess(RequesterStore other, MessageKey message);

    internal Requester Somebody() => _key.Somebody();

    internal static MessageKey NewMessage() => StoreKey.NewMessage();

    /// <summary>Runs workers on threads of their own, so that all of them really run at once.</summary>
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
        foreach (var store in _opened) store.Dispose();
        CleanUp();
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract void CleanUp();
}
