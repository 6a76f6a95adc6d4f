using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using MailResponder.Logs;

namespace MailResponder.Statistics;

/// <summary>
/// What the lines of a log add up to, in memory that does not grow with the log. Nothing is merged in it, so that a
/// threshold can apply to the sum of several hosts, which keep it as JSON.
/// </summary>
/// <param name="since">Earlier lines do not count; null: all do.</param>
/// <param name="until">Lines from this time on do not count; null: all do.</param>
/// <param name="zone">Of the hours of the day, and of all times.</param>
internal sealed class MessageCounts(DateTimeOffset? since, DateTimeOffset? until, TimeZoneInfo zone)
{
    /// <summary>More than any healthy log has.</summary>
    private const int MaxNames = 10_000;

    /// <summary>Stands for all names beyond those that are kept.</summary>
    public const string Others = "others";

    private bool _hasEvents;

    public MessageCounts() : this(null, null, TimeZoneInfo.Utc)
    {
    }

    /// <summary>By requested address.</summary>
    public Dictionary<string, long> Answered { get; set; } = [];

    /// <summary>By reason; so are those that follow.</summary>
    public Dictionary<string, long> Skipped { get; set; } = [];

    public Dictionary<string, long> Deferred { get; set; } = [];

    public Dictionary<string, long> Failed { get; set; } = [];

    /// <summary>How many answers took so many milliseconds.</summary>
    public Dictionary<long, long> Milliseconds { get; set; } = [];

    public long[] RepliesByHour { get; set; } = new long[24];

    public long WithoutAttachments { get; set; }

    public DateTimeOffset? First { get; set; }

    public DateTimeOffset? Last { get; set; }

    /// <summary>Lines that are no whole events.</summary>
    [JsonIgnore]
    public long UnmatchedLines { get; private set; }

    /// <summary>Whether there were lines, and none was an event.</summary>
    [JsonIgnore]
    public bool IsOfNoEvent => !_hasEvents && UnmatchedLines > 0;

    /// <summary>Messages in all: answered, skipped, failed, and tries that were deferred.</summary>
    [JsonIgnore]
    public long Total => ByResult.Sum(counts => counts.Values.Sum());

    /// <summary>At the number of each <see cref="Result"/>.</summary>
    private Dictionary<string, long>[] ByResult => [Answered, Skipped, Deferred, Failed];

    /// <param name="line">UTF-8, without the line end.</param>
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

    /// <summary>What several counted in the same zone.</summary>
    public static MessageCounts Sum(IEnumerable<MessageCounts> all)
    {
        var sum = new MessageCounts();
        foreach (var one in all)
            sum.Add(one);
        return sum;
    }

    /// <param name="threshold">Addresses with fewer answered requests are merged.</param>
    public MessageFigures Figures(int threshold) => new(this, threshold);

    /// <summary>Rounds times up to three digits: a few thousand values are left of any number.</summary>
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

    /// <summary>Lines are written by several processes at once: they need not stand in order.</summary>
    private void Cover(DateTimeOffset? time)
    {
        First = First < time ? First : time ?? First;
        Last = Last > time ? Last : time ?? Last;
    }
}
