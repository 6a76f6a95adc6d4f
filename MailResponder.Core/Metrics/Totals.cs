namespace MailResponder.Metrics;

/// <summary>Counts that only grow, for Prometheus, which looks at differences.</summary>
/// <param name="Messages">Messages by what became of them; a result that never was is missing.</param>
/// <param name="Replies">
/// Replies by requested address. What was below the threshold in its run stays in "others".
/// </param>
/// <param name="Durations">Shortest and longest are not kept.</param>
internal sealed record Totals(
    Dictionary<Result, long> Messages, Dictionary<string, long> Replies, Durations Durations)
{
    public void Add(Traffic traffic, int threshold)
    {
        foreach (var (result, count) in traffic.Messages)
            Messages[result] = Messages.GetValueOrDefault(result) + count;
        foreach (var (address, replies) in traffic.RepliesByAddress(threshold))
            Replies[address] = Replies.GetValueOrDefault(address) + replies;
        for (var i = 0; i < Durations.Bounds.Length; i++)
            Durations.Buckets[i] += traffic.Durations.Buckets[i];
        Durations.Count += traffic.Durations.Count;
        Durations.Sum += traffic.Durations.Sum;
    }
}
