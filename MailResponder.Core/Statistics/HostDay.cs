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
/// <remarks>
/// The figures have names, so that hosts of different releases add up as far as both know them. The figure with the
/// host's name is the time when it counted: what came later that day is not in the others.
/// </remarks>
/// <param name="day">As <see cref="HostDays.DayOf"/> has it.</param>
/// <param name="id">Which host it is: two may have one name, and a host may get another.</param>
/// <param name="figures">By name.</param>
internal sealed class HostDay(long day, string id, Dictionary<string, long> figures)
{
    private const string HostKind = "host ", InstanceKind = "instance ";

    /// <summary>All that Postfix's log told.</summary>
    private const string PostfixKind = "postfix ";

    private const string Received = PostfixKind + "received", Answered = PostfixKind + "sent-on",
        Deferred = PostfixKind + "put-off", Expired = PostfixKind + "expired", Rejected = PostfixKind + "rejected",
        Longest = PostfixKind + "longest-ms", OutcomeKind = PostfixKind + "outcome ";

    public long Day => day;

    public string Id => id;

    public Dictionary<string, long> Figures => figures;

    /// <summary>The host's name.</summary>
    public string Host => Names(figures, HostKind).FirstOrDefault("");

    /// <summary>The EC2 instance that it is; null for another host.</summary>
    public string? Instance => Names(figures, InstanceKind).FirstOrDefault();

    private bool HasPostfix => Figures.ContainsKey(Received);

    /// <summary>When it counted.</summary>
    public DateTimeOffset Counted => DateTimeOffset.FromUnixTimeSeconds(Figures.GetValueOrDefault(HostKind + Host));

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
        foreach (var file in (string?[])[LogFile.RotatedOf(log), File.Exists(log) ? log : null])
        {
            if (file is not null)
                LogFile.Count(file, counts);
        }

        var figures = new Dictionary<string, long> { [HostKind + host.Name] = host.Now.ToUnixTimeSeconds() };
        if (host.Instance is not null)
            figures[InstanceKind + host.Instance] = 1;
        counts.WriteTo(figures);
        // Every provider for itself: the threshold is for the sum of all hosts. When it cannot be read, root gets the
        // complaints of `responder postfix-log`, and the row keeps its former figures.
        if (ResponderException.OrNull(() => PostfixLogDatabase.Summarise(
            settings.PostfixLog.Database, since, until, threshold: 1)) is { } postfix)
            Write(postfix, figures);

        // Its name may change in the midst of a day.
        var id = host.Instance ?? MachineId() ?? host.Name;
        return new HostDay(day, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id))), figures);
    }

    /// <summary>Null when the row cannot be opened, or holds something else.</summary>
    public static HostDay? Of(HostRow row)
    {
        try
        {
            return row.Figures is { } text
                && JsonSerializer.Deserialize(text, HostDayJson.Default.DictionaryStringInt64) is { } figures
                ? new HostDay(row.Day, Convert.ToHexString(row.Host), figures) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What Postfix's log told of the day; with zeros when it told nothing.</summary>
    public DayOfRequests Requests() => new(DateOnly.FromDateTime(HostDays.StartOf(Day).UtcDateTime),
        Figures.GetValueOrDefault(Received), Figures.GetValueOrDefault(Answered));

    public HostRow ToRow() => new(Day, Convert.FromHexString(Id),
        JsonSerializer.SerializeToUtf8Bytes(Figures, HostDayJson.Default.DictionaryStringInt64));

    public MessageCounts Messages()
    {
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        counts.Add(Figures);
        return counts;
    }

    /// <summary>Takes what Postfix's log told over from an earlier count, unless this one has it.</summary>
    public void KeepPostfix(HostDay earlier)
    {
        if (HasPostfix)
            return;
        foreach (var (figure, count) in earlier.Figures)
        {
            if (figure.StartsWith(PostfixKind, StringComparison.Ordinal))
                Figures[figure] = count;
        }
    }

    /// <summary>Of several hosts, without a trend and what does not add up; null when none has it.</summary>
    /// <param name="all">In any order.</param>
    /// <param name="threshold">Providers with fewer replies are counted together.</param>
    public static PostfixLogSummary? Postfix(HostDay[] all, int threshold)
    {
        var sums = new Dictionary<string, long>();
        var longest = 0L;
        foreach (var one in all)
        {
            foreach (var (figure, count) in one.Figures)
                sums[figure] = sums.GetValueOrDefault(figure) + count;
            longest = Math.Max(longest, one.Figures.GetValueOrDefault(Longest));
        }

        return !sums.TryGetValue(Received, out var received) ? null : new PostfixLogSummary
        {
            Received = received,
            Answered = sums.GetValueOrDefault(Answered),
            Deferred = sums.GetValueOrDefault(Deferred),
            Expired = sums.GetValueOrDefault(Expired),
            Rejected = sums.GetValueOrDefault(Rejected),
            MaximumSeconds = longest > 0 ? longest / 1000.0 : null,
            Outcomes = ProviderOutcomes.Merged([.. Names(sums, OutcomeKind + "sent ").Select(provider =>
                ProviderOutcomes.Of(provider,
                    outcome => sums.GetValueOrDefault($"{OutcomeKind}{outcome} {provider}")))], threshold),
        };
    }

    /// <summary>What <see cref="Postfix"/> reads.</summary>
    public static void Write(PostfixLogSummary postfix, Dictionary<string, long> figures)
    {
        figures[Received] = postfix.Received;
        figures[Answered] = postfix.Answered;
        figures[Deferred] = postfix.Deferred;
        figures[Expired] = postfix.Expired;
        figures[Rejected] = postfix.Rejected;
        figures[Longest] = (long)((postfix.MaximumSeconds ?? 0) * 1000);
        foreach (var provider in postfix.Outcomes)
        {
            foreach (var (outcome, count) in provider.Counts())
                figures[$"{OutcomeKind}{outcome} {provider.Provider}"] = count;
        }
    }

    /// <summary>Of machine-id(5); null where there is none, or it is not yet made.</summary>
    private static string? MachineId() => FileTrouble.OrNull(() =>
        File.ReadAllText("/etc/machine-id").Trim() is { Length: 32 } id ? id : null);

    private static IEnumerable<string> Names(Dictionary<string, long> figures, string kind) => figures.Keys
        .Where(figure => figure.StartsWith(kind, StringComparison.Ordinal)).Select(figure => figure[kind.Length..]);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class HostDayJson : JsonSerializerContext;
