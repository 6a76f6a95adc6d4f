using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Statistics;

/// <summary>What one host counted on one day of UTC: sums only, and no address of a requester.</summary>
/// <remarks>A row holds it as JSON. What another release wrote and this one does not know is left out.</remarks>
/// <param name="Host">The host's name.</param>
/// <param name="Instance">The EC2 instance that it is; null for another host.</param>
/// <param name="Counted">When it counted: what came later that day is not in the figures.</param>
/// <param name="Messages">What the log of events told.</param>
/// <param name="Postfix">What Postfix's log told, with every provider for itself; null when it told nothing.</param>
internal sealed record HostDay(
    string Host, string? Instance, DateTimeOffset Counted, MessageCounts Messages, PostfixLogSummary? Postfix)
{
    /// <summary>As <see cref="HostDays.DayOf"/> has it.</summary>
    [JsonIgnore]
    public long Day { get; init; }

    /// <summary>Which host it is: two may have one name, and a host may get another.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>
    /// Counts the log, and before it the one that was rotated last: a rotation in between leaves lines out until the
    /// next time, and counts none twice.
    /// </summary>
    /// <param name="day">As <see cref="HostDays.DayOf"/> has it.</param>
    /// <param name="log">The log in use; it need not be there yet.</param>
    /// <param name="settings">Name the database of what Postfix's log told.</param>
    /// <param name="host">Name, instance or null, and the time.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static HostDay Count(
        long day, string log, ResponderSettings settings, (string Name, string? Instance, DateTimeOffset Now) host)
    {
        var (since, until) = (HostDays.StartOf(day), HostDays.StartOf(day + 1));
        var counts = new MessageCounts(since, until, TimeZoneInfo.Utc);
        foreach (var file in ((string?[])[LogFile.RotatedOf(log), File.Exists(log) ? log : null]).OfType<string>())
            LogFile.Count(file, counts);
        counts.RoundTimes();
        // The threshold is for the sum of all hosts. When it cannot be read, root gets the complaints of
        // `responder postfix-log`, and the row keeps its former figures.
        var postfix = ResponderException.OrNull(() => PostfixLogDatabase.Summarise(
            settings.PostfixLog.Database, since, until, threshold: 1));
        // Its name may change in the midst of a day.
        var id = host.Instance ?? MachineId() ?? host.Name;
        return new HostDay(host.Name, host.Instance, host.Now, counts, PostfixLogSummary.Sum([postfix], threshold: 1))
        {
            Day = day,
            Id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id))),
        };
    }

    /// <summary>Null when the row cannot be opened, or another release wrote what this one cannot add.</summary>
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

    /// <summary>Of machine-id(5); null where there is none, or it is not yet made.</summary>
    private static string? MachineId() => FileTrouble.OrNull(() =>
        File.ReadAllText("/etc/machine-id").Trim() is { Length: 32 } id ? id : null);
}

/// <summary>A row with a member too few, or null for one, is not ours.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HostDay))]
internal sealed partial class HostDayJson : JsonSerializerContext;
