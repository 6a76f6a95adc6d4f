using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>
/// What <see cref="MessageCounts"/> has counted, whole, to be added to that of other hosts. Nothing is merged in it, so
/// that a threshold applies to the sum; it is for no reader's eyes.
/// </summary>
/// <param name="OtherAddresses">Of addresses beyond those that are kept.</param>
/// <param name="Milliseconds">Answered requests by the time that each took, in three digits.</param>
/// <param name="RepliesByHour">24 numbers, by the hours of UTC.</param>
internal sealed record MessageTally(
    DateTimeOffset? First, DateTimeOffset? Last, Dictionary<string, long> Addresses, long OtherAddresses,
    Dictionary<string, long> Skipped, Dictionary<string, long> Deferred, Dictionary<string, long> Failed,
    Dictionary<long, long> Milliseconds, long[] RepliesByHour, long RepliesWithoutAttachments)
{
    [JsonIgnore]
    public long Answered => Addresses.Values.Sum() + OtherAddresses;

    [JsonIgnore]
    public long Messages => Answered + Skipped.Values.Sum() + Deferred.Values.Sum() + Failed.Values.Sum();
}
