using System.Globalization;
using System.Runtime.InteropServices;
using MailResponder.Logs;

namespace MailResponder.Statistics;

/// <summary>What the lines of a log add up to, in memory that does not grow with the log.</summary>
/// <param name="since">Earlier lines do not count; null: all do.</param>
/// <param name="until">Lines from this time on do not count; null: all do.</param>
/// <param name="zone">Of the hours of the day, and of all times.</param>
internal sealed class MessageCounts(DateTimeOffset? since, DateTimeOffset? until, TimeZoneInfo zone)
{
    /// <summary>The figures of <see cref="_counts"/>.</summary>
    private static readonly string[] Kinds = ["answered", "skipped", "deferred", "failed"];

    /// <summary>By <see cref="Result"/>: addresses of the answered, and the reasons of the others.</summary>
    private readonly NameCounts[] _counts = [new(), new(), new(), new()];
    private readonly Dictionary<long, long> _milliseconds = [];
    private readonly long[] _repliesByHour = new long[24];
    private DateTimeOffset? _first;
    private DateTimeOffset? _last;
    private long _withoutAttachments;
    private long _unmatched;
    private bool _hasEvents;

    /// <summary>Whether there were lines, and none was an event.</summary>
    public bool IsOfNoEvent => !_hasEvents && _unmatched > 0;

    /// <param name="line">UTF-8, without the line end.</param>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (MessageEvent.Read(line) is not { } message)
        {
            _unmatched++;
            return;
        }

        _hasEvents = true;
        if (message.Result is not (Result.Probe or Result.Canary)
            && !(message.Time < since) && !(message.Time >= until))
            Add(message);
    }

    /// <param name="threshold">Addresses with fewer answered requests are merged.</param>
    public MessageFigures Figures(int threshold)
    {
        var (addresses, others) = Merged(threshold);
        return new MessageFigures
        {
            First = _first,
            Last = _last,
            Answered = Addresses.Total,
            Replies = _repliesByHour.Sum(),
            RepliesWithoutAttachments = _withoutAttachments,
            Addresses = addresses,
            Others = others,
            Skipped = Of(Result.Skipped).Sorted(),
            Deferred = Of(Result.Deferred).Sorted(),
            Failed = Of(Result.Failed).Sorted(),
            Exceptions = Of(Result.Deferred).Of(Cause.Unexpected.Hyphenated()),
            UnmatchedLines = _unmatched,
            MedianMs = Percentile(50),
            Percentile95Ms = Percentile(95),
            MaximumMs = Percentile(100),
            RepliesByHour = _repliesByHour,
        };
    }

    /// <summary>
    /// All of it as figures with names, to be added to those of other hosts. Nothing is merged in them, so that a
    /// threshold can apply to the sum.
    /// </summary>
    public void WriteTo(Dictionary<string, long> figures)
    {
        foreach (var (kind, counts) in Kinds.Zip(_counts))
        {
            foreach (var (name, count) in counts.Sorted())
                figures[$"{kind} {name}"] = count;
            figures[kind] = counts.Unkept;
        }

        foreach (var (milliseconds, count) in _milliseconds)
            CollectionsMarshal.GetValueRefOrAddDefault(figures, $"ms {InThreeDigits(milliseconds)}", out _) += count;
        for (var hour = 0; hour < _repliesByHour.Length; hour++)
            figures[$"hour {hour}"] = _repliesByHour[hour];
        figures["without-attachments"] = _withoutAttachments;
        if (_first is { } first && _last is { } last)
            (figures["first"], figures["last"]) = (first.ToUnixTimeMilliseconds(), last.ToUnixTimeMilliseconds());
    }

    /// <summary>Adds what another wrote, in the same zone; figures that are unknown here do not count.</summary>
    public void Add(Dictionary<string, long> figures)
    {
        foreach (var (figure, count) in figures)
        {
            var (kind, name) = figure.IndexOf(' ') is >= 0 and var space
                ? (figure[..space], figure[(space + 1)..]) : (figure, null);
            switch (kind)
            {
                case "answered" or "skipped" or "deferred" or "failed":
                    _counts[Array.IndexOf(Kinds, kind)].Add(name, count);
                    break;
                case "ms" when long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var ms):
                    CollectionsMarshal.GetValueRefOrAddDefault(_milliseconds, ms, out _) += count;
                    break;
                case "hour" when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var hour)
                    && hour < _repliesByHour.Length:
                    _repliesByHour[hour] += count;
                    break;
                case "without-attachments":
                    _withoutAttachments += count;
                    break;
                case "first" when DateTimeOffset.FromUnixTimeMilliseconds(count) is var first && !(_first < first):
                    _first = first;
                    break;
                case "last" when DateTimeOffset.FromUnixTimeMilliseconds(count) is var last && !(_last > last):
                    _last = last;
                    break;
            }
        }
    }

    /// <summary>Messages in all: answered, skipped, failed, and tries that were deferred.</summary>
    public long Total => _counts.Sum(counts => counts.Total);

    private NameCounts Addresses => Of(Result.Replied);

    private NameCounts Of(Result result) => _counts[(int)result];

    /// <summary>Rounded up; a few thousand values are left of any number.</summary>
    private static long InThreeDigits(long number)
    {
        var unit = 1L;
        while (number > 999 * unit)
            unit *= 10;
        return (number + unit - 1) / unit * unit;
    }

    private void Add(MessageEvent message)
    {
        var time = TimeZoneInfo.ConvertTime(message.Time, zone);
        // Lines are written by several processes at once: they need not stand in order.
        _first = _first < time ? _first : time;
        _last = _last > time ? _last : time;
        _repliesByHour[time.Hour] += message.Replies;
        _withoutAttachments += message.Receipts.LongCount(
            receipt => receipt.EndsWith(MessageEvent.WithoutAttachments, StringComparison.Ordinal));
        var isAnswered = message.Result == Result.Replied;
        Of(message.Result).Add(isAnswered ? message.Address : message.Reason!);
        if (isAnswered)
            CollectionsMarshal.GetValueRefOrAddDefault(_milliseconds, message.Ms, out _)++;
    }

    /// <summary>
    /// The least number of milliseconds that <paramref name="percent"/> of the answers do not exceed; null without any.
    /// </summary>
    private long? Percentile(int percent)
    {
        var rank = ((Addresses.Total * percent) + 99) / 100;
        foreach (var (milliseconds, count) in _milliseconds.OrderBy(pair => pair.Key))
        {
            rank -= count;
            if (rank <= 0)
                return milliseconds;
        }

        return null;
    }

    /// <summary>
    /// Merges until the merged sum reaches the threshold too: with the total known, a small remainder would show what
    /// was to be hidden.
    /// </summary>
    private (OrderedDictionary<string, long> Addresses, long Others) Merged(int threshold)
    {
        var sorted = Addresses.Sorted();
        var shown = sorted.Count(address => address.Value >= threshold);
        var others = Addresses.Unkept + sorted.Skip(shown).Sum(address => address.Value);
        while (others > 0 && others < threshold && shown > 0)
            others += sorted.GetAt(--shown).Value;
        return (new(sorted.Take(shown)), others);
    }
}
