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
/// The figures have names, so that hosts of different releases add up as far as both know them. With the host's name
/// stands when it counted: what came later that day is not in them.
/// </remarks>
/// <param name="Day">As <see cref="HostDays.DayOf"/> has it.</param>
/// <param name="Id">Which host it is: two may have one name.</param>
/// <param name="Figures">By name.</param>
internal sealed record HostDay(long Day, string Id, Dictionary<string, long> Figures)
{
    private const string HostKind = "host ", InstanceKind = "instance ";

    /// <summary>All that Postfix's log told.</summary>
    private const string PostfixKind = "postfix ";

    private const string Received = PostfixKind + "received", Answered = PostfixKind + "sent-on",
        Deferred = PostfixKind + "put-off", Expired = PostfixKind + "expired", Rejected = PostfixKind + "rejected",
        Longest = PostfixKind + "longest-ms", OutcomeKind = PostfixKind + "outcome ";

    /// <summary>The host's name.</summary>
    public string Host => Names(HostKind).FirstOrDefault("");

    /// <summary>The EC2 instance that it is; null for another host.</summary>
    public string? Instance => Names(InstanceKind).FirstOrDefault();

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
        try
        {
            // Every provider for itself: the threshold is for the sum of all hosts.
            if (PostfixLogDatabase.Summarise(settings.PostfixLog.Database, since, until, threshold: 1) is { } postfix)
                Write(postfix, figures);
        }
        catch (ResponderException)
        {
            // root gets the complaints of `responder postfix-log`, and the row keeps its former figures.
        }

        var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{host.Name}\0{host.Instance ?? MachineId()}"));
        return new HostDay(day, Convert.ToHexString(id), figures);
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
    /// <param name="threshold">Providers with fewer replies are counted together.</param>
    public static PostfixLogSummary? Postfix(IReadOnlyList<HostDay> all, int threshold)
    {
        long Sum(string figure) => all.Sum(one => one.Figures.GetValueOrDefault(figure));

        var providers = all.SelectMany(one => one.Names(OutcomeKind + "sent ")).Distinct();
        return !all.Any(one => one.HasPostfix) ? null : new PostfixLogSummary
        {
            Received = Sum(Received),
            Answered = Sum(Answered),
            Deferred = Sum(Deferred),
            Expired = Sum(Expired),
            Rejected = Sum(Rejected),
            MaximumSeconds = all.Max(one => one.Figures.GetValueOrDefault(Longest)) is > 0 and var longest
                ? longest / 1000.0 : null,
            Outcomes = ProviderOutcomes.Merged([.. providers.Select(provider =>
                ProviderOutcomes.Of(provider, outcome => Sum($"{OutcomeKind}{outcome} {provider}")))], threshold),
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

    /// <summary>Of machine-id(5); empty where there is none.</summary>
    private static string MachineId()
    {
        try
        {
            return File.ReadAllText("/etc/machine-id").Trim();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return "";
        }
    }

    private IEnumerable<string> Names(string kind) => Figures.Keys
        .Where(figure => figure.StartsWith(kind, StringComparison.Ordinal)).Select(figure => figure[kind.Length..]);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class HostDayJson : JsonSerializerContext;
