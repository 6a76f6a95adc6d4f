using System.Text;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>The sums of the messages in one part of the log.</summary>
internal sealed class Traffic
{
    public const string Others = "others";

    /// <summary>
    /// The most addresses with their own metric. CloudWatch accepts 1000 metrics in a call. No book is expected to have
    /// more addresses in use within a minute.
    /// </summary>
    private const int MaxNamed = 900;

    /// <summary>The results that are counted. Probes and canaries are not.</summary>
    public static Result[] Counted => [Result.Replied, Result.Skipped, Result.Deferred, Result.Failed];

    private readonly Dictionary<string, (long Requests, long Replies)> _addresses = [];

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
        var (requests, replies) = _addresses.GetValueOrDefault(line.Address);
        _addresses[line.Address] = (requests + (isSkipped ? 0 : 1), replies + line.Replies);
    }

    /// <summary>
    /// Returns the replies by requested address, the busiest first. Addresses with fewer answered requests than the
    /// threshold are merged as "others" at the end, so that no single person's request is visible.
    /// </summary>
    public IReadOnlyList<(string Address, long Replies)> RepliesByAddress(int threshold)
    {
        var named = _addresses.Where(pair => pair.Value.Requests >= threshold && Ascii.IsValid(pair.Key))
            .OrderByDescending(pair => pair.Value.Replies).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MaxNamed)
            .Select(pair => (pair.Key, pair.Value.Replies)).ToList();
        var others = Replies - named.Sum(one => one.Replies);
        if (others > 0)
            named.Add((Others, others));
        return named;
    }
}
