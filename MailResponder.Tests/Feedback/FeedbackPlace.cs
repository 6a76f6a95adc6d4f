using System.Text;
using MailResponder.Feedback;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Feedback;

/// <summary>A block list, and a reader to feed.</summary>
internal sealed class FeedbackPlace : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoreKey _key = new();

    public FeedbackPlace() =>
        Store = RequesterStore.Open(new DatabaseSettings(_folder.PathTo("responder.db"), null), _key.Key,
            TimeSpan.FromSeconds(20), Clock);

    public MovableClock Clock { get; } = new();

    public RequesterStore Store { get; }

    public AddressKey Key => _key.Key;

    /// <summary>The faults of the last feeding, as the operator sees them.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>Feeds a content, and returns the counts in words.</summary>
    public string Feed(string content, SnsSender? sender = null) => Feed(Encoding.UTF8.GetBytes(content), sender);

    public string Feed(byte[] content, SnsSender? sender = null)
    {
        var reader = new FeedbackReader(
            TestSettings.In(_folder.Path), Store, sender ?? new SnsSender(Notifications.Topic, []), Clock);
        reader.Read(("fed", content));
        Faults = [.. reader.Faults.Select(fault => fault.ToString())];
        return reader.Counts.ToString();
    }

    public bool Blocks(string address) => VerdictOf(address).IsBlocked();

    public Verdict VerdictOf(string address) => Store.VerdictOf(Key.Requester(address)!);

    public void Decide(string address, Verdict verdict) => Store.SetVerdict(Key.Requester(address)!, verdict);

    public void Dispose()
    {
        Store.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
