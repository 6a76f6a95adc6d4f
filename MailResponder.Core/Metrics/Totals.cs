using System.Globalization;
using System.Text.Json;
using MailResponder.Settings;

namespace MailResponder.Metrics;

/// <summary>Counts that only grow, for Prometheus, which looks at differences.</summary>
internal sealed class Totals
{
    public Dictionary<Result, long> Messages { get; } =
        Enum.GetValues<Result>().ToDictionary(result => result, _ => 0L);

    /// <summary>
    /// Replies by requested address. What was below the threshold in its run is in "others" for good.
    /// </summary>
    public SortedDictionary<string, long> Replies { get; } = new(StringComparer.Ordinal);

    /// <summary>Shortest and longest are not kept.</summary>
    public Durations Durations { get; } = new();

    public void Add(Traffic traffic, int threshold)
    {
        foreach (var (result, count) in traffic.Messages)
            Messages[result] += count;
        foreach (var (address, replies) in traffic.RepliesByAddress(threshold))
            Replies[address] = Replies.GetValueOrDefault(address) + replies;
        for (var i = 0; i < Durations.Bounds.Length; i++)
            Durations.Buckets[i] += traffic.Durations.Buckets[i];
        Durations.Count += traffic.Durations.Count;
        Durations.Sum += traffic.Durations.Sum;
    }

    /// <summary>What does not fit is 0: Prometheus takes a counter that starts anew for what it is.</summary>
    public static Totals Read(LocatedJson json)
    {
        var totals = new Totals();
        foreach (var (name, _, value) in json.Members)
        {
            if (name == "replies")
            {
                foreach (var (address, _, replies) in value.Members)
                    totals.Replies[address] = Number(replies);
            }
            else if (name == "buckets" && value.Items.Count == Durations.Bounds.Length)
            {
                for (var i = 0; i < value.Items.Count; i++)
                    totals.Durations.Buckets[i] = Number(value.Items[i]);
            }
            else if (name == "durations")
            {
                totals.Durations.Count = Number(value);
            }
            else if (name == "milliseconds")
            {
                totals.Durations.Sum = Number(value);
            }
            else if (Enum.TryParse<Result>(name, ignoreCase: true, out var result) && !char.IsAsciiDigit(name[0]))
            {
                totals.Messages[result] = Number(value);
            }
        }

        return totals;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (result, count) in Messages)
            json.WriteNumber(result.Hyphenated(), count);
        json.WriteStartObject("replies");
        foreach (var (address, replies) in Replies)
            json.WriteNumber(address, replies);
        json.WriteEndObject();
        json.WriteNumber("durations", Durations.Count);
        json.WriteNumber("milliseconds", Durations.Sum);
        json.WriteStartArray("buckets");
        foreach (var count in Durations.Buckets)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static long Number(LocatedJson value) =>
        long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
