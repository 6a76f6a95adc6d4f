using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using MailResponder.Logs;

namespace MailResponder.Statistics;

/// <summary>
/// Counts of the events in a log. Their size is bounded, however long the log is. Rare addresses are not merged here,
/// so that the threshold can apply to the sum of several hosts, which store their counts as JSON.
/// </summary>
/// <param name="since">Lines before this time are not counted. Null: no limit.</param>
/// <param name="until">Lines at or after this time are not counted. Null: no limit.</param>
/// <param name="zone">The time zone of the hours of the day and of all times.</param>
internal sealed class MessageCounts(DateTimeOffset? since, DateTimeOffset? until, TimeZoneInfo zone)
{
    /// <summary>The most names in one dictionary, more than any healthy log has.</summary>
    private const int MaxNames = 10_000;

    /// <summary>The name that counts all names beyond the first <see cref="MaxNames"/>.</summary>
    public const string Others = "others";

    private bool _hasEvents;

    public MessageCounts() : this(null, null, TimeZoneInfo.Utc)
    {
    }

    /// <summary>Answered requests by requested address.</summary>
    public Dictionary<string, long> Answered { get; set; } = [];

    /// <summary>Skipped messages by reason.</summary>
    public Dictionary<string, long> Skipped { get; set; } = [];

    /// <summary>Deferred attempts by reason.</summary>
    public Dictionary<string, long> Deferred { get; set; } = [];

    /// <summary>Failed messages by reason.</summary>
    public Dictionary<string, long> Failed { get; set; } = [];

    /// <summary>The number of answered requests by the milliseconds that the answer took.</summary>
    public Dictionary<long, long> Milliseconds { get; set; } = [];

    public long[] RepliesByHour { get; set; } = new long[24];

    public long WithoutAttachments { get; set; }

    public DateTimeOffset? First { get; set; }

    public DateTimeOffset? Last { get; set; }

    /// <summary>The number of lines that are not complete events.</summary>
    [JsonIgnore]
    public long UnmatchedLines { get; private set; }

    /// <summary>Whether there were lines but none of them was an event.</summary>
    [JsonIgnore]
    public bool IsOfNoEvent => !_hasEvents && UnmatchedLines > 0;

    /// <summary>All messages: answered, skipped and failed ones, and each deferred attempt.</summary>
    [JsonIgnore]
    public long Total => ByResult.Sum(counts => counts.Values.Sum());

    /// <summary>The counts of each <see cref="Result"/>, at the index that is its value.</summary>
    private Dictionary<string, long>[] ByResult => [Answered, Skipped, Deferred, Failed];

    /// <summary>Counts a line of the log, unless it is a probe or a canary or is outside the span.</summary>
    /// <param name="line">The line in UTF-8, without the line end.</param>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (MessageEvent.Read(line) is not { } message)
        {
            UnmatchedLines++;
            return;
        }

        _hasEvents = true;
        if (message.Result is not (Result.Probe or Result.Canary)
            && !(message.Time < since) && !(message.Time >= until))
            Add(message);
    }

    /// <summary>Returns the sum of several counts, all in the same time zone.</summary>
    public static MessageCounts Sum(IEnumerable<MessageCounts> all)
    {
        var sum = new MessageCounts();
        foreach (var one in all)
            sum.Add(one);
        return sum;
    }

    /// <summary>Returns the figures for a report.</summary>
    /// <param name="threshold">Addresses with fewer answered requests than this are merged.</param>
    public MessageFigures Figures(int threshold) => new(this, threshold);

    /// <summary>
    /// Rounds all durations up to three significant digits. At most a few thousand different values remain.
    /// </summary>
    public void RoundTimes() => Milliseconds = Milliseconds.GroupBy(time => InThreeDigits(time.Key), time => time.Value)
        .ToDictionary(times => times.Key, times => times.Sum());

    private static long InThreeDigits(long number)
    {
        var unit = 1L;
        while (number > 999 * unit)
            unit *= 10;
        return (number + unit - 1) / unit * unit;
    }

    private static void Count(Dictionary<string, long> counts, string name, long times)
    {
        var isKept = counts.Count < MaxNames || counts.ContainsKey(name);
        CollectionsMarshal.GetValueRefOrAddDefault(counts, isKept ? name : Others, out _) += times;
    }

    private void Add(MessageEvent message)
    {
        var time = TimeZoneInfo.ConvertTime(message.Time, zone);
        Cover(time);
        RepliesByHour[time.Hour] += message.Replies;
        WithoutAttachments += message.Receipts.LongCount(
            receipt => receipt.EndsWith(MessageEvent.WithoutAttachments, StringComparison.Ordinal));
        var isAnswered = message.Result == Result.Replied;
        Count(ByResult[(int)message.Result], isAnswered ? message.Address : message.Reason!, 1);
        if (isAnswered)
            CollectionsMarshal.GetValueRefOrAddDefault(Milliseconds, message.Ms, out _)++;
    }

    private void Add(MessageCounts other)
    {
        foreach (var (counts, added) in ByResult.Zip(other.ByResult))
        {
            foreach (var (name, count) in added)
                Count(counts, name, count);
        }

        foreach (var (milliseconds, count) in other.Milliseconds)
            CollectionsMarshal.GetValueRefOrAddDefault(Milliseconds, milliseconds, out _) += count;
        for (var hour = 0; hour < RepliesByHour.Length; hour++)
            RepliesByHour[hour] += other.RepliesByHour[hour];
        WithoutAttachments += other.WithoutAttachments;
        Cover(other.First);
        Cover(other.Last);
    }

    /// <summary>
    /// Extends the span from <see cref="First"/> to <see cref="Last"/> to the time. Several processes write the log at
    /// once, so its lines are not always in order.
    /// </summary>
    private void Cover(DateTimeOffset? time)
    {
        First = First < time ? First : time ?? First;
        Last = Last > time ? Last : time ?? Last;
    }
}
