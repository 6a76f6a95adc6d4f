using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Statistics;

/// <summary>What one host counted on one day of UTC, whole: sums only, and no address of a requester.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Instance">The EC2 instance that it is; null for another host.</param>
/// <param name="Counted">When it was counted: what came later that day is not in it.</param>
/// <param name="Postfix">Without a trend; null when the host has none.</param>
internal sealed record HostDay(
    string Host, string? Instance, DateTimeOffset Counted, MessageTally Messages, PostfixLogSummary? Postfix)
{
    /// <summary>Counts the log, and the one that was rotated before it, which must be read first: a rotation in between
    /// leaves lines out until the next time, and counts none twice.</summary>
    /// <param name="log">The log in use; it need not be there yet.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static HostDay Count(
        long day, string log, ResponderSettings settings, (string Name, string? Instance) host, DateTimeOffset now)
    {
        var (since, until) = (HostDays.StartOf(day), HostDays.StartOf(day + 1));
        var counts = new MessageCounts(since, until, TimeZoneInfo.Utc);
        foreach (var file in (string?[])[LogFile.RotatedOf(log), File.Exists(log) ? log : null])
        {
            if (file is not null)
                LogFile.Count(file, counts);
        }

        return new HostDay(host.Name, host.Instance, now, counts.Tally(), Summarise(settings, since, until));
    }

    /// <summary>Null when it is of another release.</summary>
    public static HostDay? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, HostDayJson.Default.HostDay) is { } day
                && day.Messages.RepliesByHour.Length == 24 ? day : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, HostDayJson.Default.HostDay);

    /// <summary>Every provider for itself: the threshold is for the sum of all hosts.</summary>
    private static PostfixLogSummary? Summarise(ResponderSettings settings, DateTimeOffset since, DateTimeOffset until)
    {
        try
        {
            return PostfixLogDatabase.Summarise(settings.PostfixLog.Database, since, until, threshold: 1) is { } summary
                ? summary with { Trend = [] } : null;
        }
        catch (ResponderException)
        {
            // root gets the complaints of `responder postfix-log`.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HostDay))]
internal sealed partial class HostDayJson : JsonSerializerContext;
