using System.Text;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>The messages of one part of the log, added up.</summary>
internal sealed class Traffic
{
    public const string Others = "others";

    /// <summary>
    /// CloudWatch takes 1000 metrics at once. No book is expected to have more addresses in use within a minute.
    /// </summary>
    private const int MaxNamed = 900;

    /// <summary>Probes and canaries count nowhere.</summary>
    public static Result[] Counted => [Result.Replied, Result.Skipped, Result.Deferred, Result.Failed];

    private readonly Dictionary<string, (long Requests, long Replies)> _addresses = [];

    /// <summary>Messages by what became of them.</summary>
    public Dictionary<Result, long> Messages { get; } =
        Counted.ToDictionary(result => result, _ => 0L);

    /// <summary>Replies that went out, including those of messages that were deferred for another entry.</summary>
    public long Replies { get; private set; }

    /// <summary>Milliseconds of every message that was not skipped.</summary>
    public Durations Durations { get; } = new();

    /// <summary>Counts the line when it is the event of a message.</summary>
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
        // A notice that the quota is used up is a reply, and answers no request.
        var (requests, replies) = _addresses.GetValueOrDefault(line.Address);
        _addresses[line.Address] = (requests + (isSkipped ? 0 : 1), replies + line.Replies);
    }

    /// <summary>
    /// Replies by requested address, the busiest first. Those with fewer answered requests than the threshold stand
    /// together at the end as "others", so that no single person's request shows.
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
