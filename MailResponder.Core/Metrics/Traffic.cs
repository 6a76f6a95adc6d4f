using System.Text;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>The sums of the messages in one part of the log.</summary>
/// <param name="threshold">
/// The replies of an address count under its name each time this many of its requests have been answered. Totals are
/// shown, so a single reply under any name, even "others", would tell what one person asked for.
/// </param>
/// <param name="held">The replies by address that do not count yet; changed as messages are added.</param>
internal sealed class Traffic(int threshold, Dictionary<string, HeldReplies> held)
{
    private const string Others = "others";

    /// <summary>
    /// The most addresses with their own metric. CloudWatch accepts 1000 metrics in a call. No book is expected to have
    /// more addresses in use within a minute.
    /// </summary>
    private const int MaxNamed = 900;

    /// <summary>The results that are counted. Probes and canaries are not.</summary>
    public static Result[] Counted => [Result.Replied, Result.Skipped, Result.Deferred, Result.Failed];

    private readonly Dictionary<string, long> _addresses = [];

    /// <summary>Messages by result.</summary>
    public Dictionary<Result, long> Messages { get; } =
        Counted.ToDictionary(result => result, _ => 0L);

    /// <summary>Replies that were sent, including those for messages that another entry deferred.</summary>
    public long Replies { get; private set; }

    /// <summary>The durations of all messages that were not skipped.</summary>
    public Durations Durations { get; } = new();

    /// <summary>Counts a line of the log if it is the event of a message.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        if (MessageEvent.Read(text) is not { Result: not (Result.Probe or Result.Canary) } line)
            return;
        Messages[line.Result]++;
        var isSkipped = line.Result == Result.Skipped;
        if (!isSkipped)
            Durations.Add(line.Ms);
        if (line.Replies == 0)
            return;
        Replies += line.Replies;
        // A notice that the quota is used up is a reply but answers no request.
        var (requests, replies) = held.GetValueOrDefault(line.Address);
        var sum = new HeldReplies(requests + (isSkipped ? 0 : 1), replies + line.Replies);
        if (sum.Requests >= threshold)
        {
            _addresses[line.Address] = _addresses.GetValueOrDefault(line.Address) + sum.Replies;
            sum = default;
        }

        held[line.Address] = sum;
    }

    /// <summary>
    /// Returns the replies by requested address, the busiest first. Addresses that CloudWatch does not accept as names
    /// are "others", at the end.
    /// </summary>
    public IReadOnlyList<(string Address, long Replies)> RepliesByAddress()
    {
        var named = _addresses.Where(pair => Ascii.IsValid(pair.Key))
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MaxNamed).Select(pair => (pair.Key, pair.Value)).ToList();
        var others = _addresses.Values.Sum() - named.Sum(one => one.Value);
        if (others > 0)
            named.Add((Others, others));
        return named;
    }
}

/// <summary>The replies of an address that do not count under its name yet.</summary>
/// <param name="Requests">The answered requests, fewer than the threshold.</param>
/// <param name="Replies">The replies to them.</param>
internal readonly record struct HeldReplies(long Requests, long Replies);
