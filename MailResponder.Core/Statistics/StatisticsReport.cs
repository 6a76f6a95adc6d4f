using System.Text.Json.Serialization;
using MailResponder.Canary;
using MailResponder.PostfixLog;

namespace MailResponder.Statistics;

/// <summary>
/// All that a report says, whatever its form. Holds nothing of any requester. What is null could not be had, which
/// <see cref="Problems"/> then explains, or there is no such thing here.
/// </summary>
internal sealed record StatisticsReport
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>The program that made it.</summary>
    public required string Version { get; init; }

    /// <summary>The log that was read.</summary>
    [JsonPropertyName("log")]
    public required string LogFile { get; init; }

    public required MessageFigures Messages { get; init; }

    /// <summary>Whether the response book holds back all attachments now.</summary>
    public bool AttachmentsAreOff { get; init; }

    /// <summary>Addresses with fewer answered requests are counted together.</summary>
    public required int Threshold { get; init; }

    public PostfixLogSummary? Postfix { get; init; }

    public SesFigures? Ses { get; init; }

    /// <summary>Messages in Postfix, by queue.</summary>
    public OrderedDictionary<string, long>? Queue { get; init; }

    public HostFacts? Host { get; init; }

    public InstanceFacts? Instance { get; init; }

    /// <summary>What `responder canary` found in its last runs, by mailbox.</summary>
    public Dictionary<string, CanaryRecord>? Canary { get; init; }

    /// <summary>Why a part could not be had, by the part's name in JSON; "settings" has none of its own.</summary>
    public OrderedDictionary<string, string> Problems { get; init; } = [];

    /// <summary>The days of a fleet's report; null for that of one host.</summary>
    public string? Span { get; init; }

    /// <summary>The hosts of a fleet; null when it is the report of one host.</summary>
    public IReadOnlyList<HostLine>? Hosts { get; init; }

    [JsonIgnore]
    public string HostName => Host?.Name ?? Environment.MachineName;

    /// <summary>The day of the log, or its first and last; empty when it holds no message.</summary>
    [JsonIgnore]
    public string Days
    {
        get
        {
            if (Span is not null)
                return Span;
            var (first, last) = ($"{Messages.First:yyyy-MM-dd}", $"{Messages.Last:yyyy-MM-dd}");
            return first == last ? first : $"{first} to {last}";
        }
    }

    /// <summary>What the operator should look at first.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            if (Messages.Exceptions > 0)
            {
                warnings.Add(
                    $"A bug deferred messages ({Figure.Of(Messages.Exceptions)} tries): the log has its place.");
            }

            foreach (var provider in (Postfix?.Outcomes ?? []).Where(one => one.IsRefusing))
            {
                var share = Figure.Percent(provider.RefusedShare);
                warnings.Add($"{share} of the replies to {provider.Provider} were not taken: {provider}.");
            }

            foreach (var (mailbox, record) in Canary ?? [])
            {
                if (record.IsWrong)
                    warnings.Add($"The canary {mailbox} found something wrong: responder canary tells what.");
            }

            foreach (var span in Ses?.Spans ?? [])
            {
                // The limits are of Amazon SES, "Sending review process"; warnings begin at four fifths of them.
                AddLimit("bounced", span.BounceShare, near: 0.04, 0.05, span.Days);
                AddLimit("were complained of", span.ComplaintShare, near: 0.0008, 0.001, span.Days);
            }

            return warnings;

            void AddLimit(string what, double share, double near, double limit, int days)
            {
                if (share >= near)
                {
                    warnings.Add($"{Figure.Share(share)} of the mails of {Figure.Days(days)} {what}: Amazon SES "
                        + $"reviews an account at {Figure.Share(limit)}.");
                }
            }
        }
    }

    /// <summary>Asks for a part, which may be missing without spoiling the rest.</summary>
    /// <returns>Null, with the reason in <see cref="Problems"/>, when it cannot be had.</returns>
    public T? Part<T>(string name, Func<T?> ask) where T : class
    {
        try
        {
            return ask();
        }
        catch (ResponderException exception)
        {
            Problems.Add(name, exception.Message);
            return null;
        }
    }
}
