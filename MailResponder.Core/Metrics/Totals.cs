namespace MailResponder.Metrics;

/// <summary>Counts that only grow, for Prometheus, which computes differences.</summary>
/// <param name="Messages">Messages by result. A result that has not occurred is missing.</param>
/// <param name="Replies">Replies by requested address.</param>
/// <param name="Durations">Durations of messages, without the shortest and the longest, which are not saved.</param>
internal sealed record Totals(
    Dictionary<Result, long> Messages, Dictionary<string, long> Replies, Durations Durations)
{
    public void Add(Traffic traffic)
    {
        foreach (var (result, count) in traffic.Messages)
            Messages[result] = Messages.GetValueOrDefault(result) + count;
        foreach (var (address, replies) in traffic.RepliesByAddress())
            Replies[address] = Replies.GetValueOrDefault(address) + replies;
        for (var i = 0; i < Durations.Bounds.Length; i++)
            Durations.Buckets[i] += traffic.Durations.Buckets[i];
        Durations.Count += traffic.Durations.Count;
        Durations.Sum += traffic.Durations.Sum;
    }
}
