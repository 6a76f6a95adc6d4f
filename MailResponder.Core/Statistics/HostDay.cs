using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Statistics;

/// <summary>The figures of one host for one day in UTC: sums only, and no address of a requester.</summary>
/// <remarks>A database row holds them as JSON. JSON members that this release does not know are ignored.</remarks>
/// <param name="Host">The host's name.</param>
/// <param name="Instance">The id of the host's EC2 instance; null if it is not one.</param>
/// <param name="Counted">When the host counted. Later messages of that day are not included.</param>
/// <param name="Messages">The counts from the log of events.</param>
/// <param name="Postfix">The figures from Postfix's log, with no provider merged; null if there are none.</param>
internal sealed record HostDay(
    string Host, string? Instance, DateTimeOffset Counted, MessageCounts Messages, PostfixLogSummary? Postfix)
{
    /// <summary>The day, in the form of <see cref="HostDays.DayOf"/>.</summary>
    [JsonIgnore]
    public long Day { get; init; }

    /// <summary>
    /// Whether the day was over when the host counted. A few minutes later, the last lines of the day are in the logs
    /// and in the database of Postfix's log.
    /// </summary>
    [JsonIgnore]
    public bool IsWhole => Counted >= HostDays.StartOf(Day + 1).AddMinutes(5);

    [JsonIgnore]
    public bool IsEmpty => Messages.Total == 0 && Postfix is not { Received: > 0 };

    /// <summary>
    /// A hash, in hexadecimal, that identifies the host. Its name does not: two hosts may have the same name, and a
    /// host may be renamed.
    /// </summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>
    /// Counts the most recently rotated log, then the log in use. In this order, a rotation between the two leaves
    /// lines out until the next count, but never counts a line twice.
    /// </summary>
    /// <param name="day">The day, in the form of <see cref="HostDays.DayOf"/>.</param>
    /// <param name="log">The log in use. It need not exist yet.</param>
    /// <param name="settings">The settings, which name the database of <see cref="PostfixLogDatabase"/>.</param>
    /// <param name="host">The host's name, the id of its EC2 instance or null, and the current time.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static HostDay Count(
        long day, string log, ResponderSettings settings, (string Name, string? Instance, DateTimeOffset Now) host)
    {
        var (since, until) = (HostDays.StartOf(day), HostDays.StartOf(day + 1));
        var counts = new MessageCounts(since, until, TimeZoneInfo.Utc);
        foreach (var file in ((string?[])[LogFile.RotatedOf(log), File.Exists(log) ? log : null]).OfType<string>())
            LogFile.Count(file, counts);
        counts.RoundTimes();
        // Threshold 1 merges nothing: the real threshold applies to the sum of all hosts. If the database cannot be
        // read, the row keeps its former figures. `responder postfix-log` reports such a failure to root.
        var postfix = ResponderException.OrNull(() => PostfixLogDatabase.Summarise(
            settings.PostfixLog.Database, since, until, threshold: 1));
        // The name comes last, because it may change during the day.
        var id = host.Instance ?? MachineId() ?? host.Name;
        return new HostDay(host.Name, host.Instance, host.Now, counts, PostfixLogSummary.Sum([postfix], threshold: 1))
        {
            Day = day,
            Id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id))),
        };
    }

    /// <summary>
    /// Returns the figures in a row. Null if the row cannot be decrypted, or this release cannot use its form.
    /// </summary>
    public static HostDay? Of(HostRow row)
    {
        try
        {
            var read = row.Figures is { } text ? JsonSerializer.Deserialize(text, HostDayJson.Default.HostDay) : null;
            return read?.Messages.RepliesByHour.Length != 24 ? null
                : read with { Day = row.Day, Id = Convert.ToHexString(row.Host) };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public HostRow ToRow() => new(Day, Convert.FromHexString(Id),
        JsonSerializer.SerializeToUtf8Bytes(this, HostDayJson.Default.HostDay));

    /// <summary>Returns the id in machine-id(5). Null if the file is missing or not yet initialized.</summary>
    private static string? MachineId() => FileTrouble.OrNull(() =>
        File.ReadAllText("/etc/machine-id").Trim() is { Length: 32 } id ? id : null);
}

/// <summary>Reads and writes rows. Refuses JSON in which a required member is missing or null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HostDay))]
internal sealed partial class HostDayJson : JsonSerializerContext;
