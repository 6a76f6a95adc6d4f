using System.Text.Json.Serialization;
using MailResponder.Canary;
using MailResponder.PostfixLog;

namespace MailResponder.Statistics;

/// <summary>
/// The content of a report, in whatever form it is shown. It holds nothing that belongs to a single requester. A null
/// part could not be obtained, and <see cref="Problems"/> holds the reason, or it does not exist on this host.
/// </summary>
internal sealed record StatisticsReport
{
    /// <summary>When the report was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>The version of the program that made the report.</summary>
    public required string Version { get; init; }

    /// <summary>The path of the log; for a fleet, a description of the source.</summary>
    [JsonPropertyName("log")]
    public required string LogFile { get; init; }

    public required MessageFigures Messages { get; init; }

    /// <summary>Whether the response book holds back all attachments now.</summary>
    public bool AttachmentsAreOff { get; init; }

    /// <summary>Addresses with fewer answered requests than this are counted together.</summary>
    public required int Threshold { get; init; }

    public PostfixLogSummary? Postfix { get; init; }

    public SesFigures? Ses { get; init; }

    /// <summary>Messages in Postfix, by queue.</summary>
    public OrderedDictionary<string, long>? Queue { get; init; }

    public HostFacts? Host { get; init; }

    public InstanceFacts? Instance { get; init; }

    /// <summary>The results of the last runs of `responder canary`, by mailbox.</summary>
    public Dictionary<string, CanaryRecord>? Canary { get; init; }

    /// <summary>
    /// Why a part could not be obtained, by the part's name in JSON. The name "settings" belongs to no part.
    /// </summary>
    public OrderedDictionary<string, string> Problems { get; init; } = [];

    /// <summary>The days of a fleet's report; null for the report of one host.</summary>
    public string? Span { get; init; }

    /// <summary>The hosts of a fleet; null for the report of one host.</summary>
    public IReadOnlyList<HostLine>? Hosts { get; init; }

    [JsonIgnore]
    public string HostName => Host?.Name ?? Environment.MachineName;

    /// <summary>The day of the log, or its first and last day; empty if the log holds no message.</summary>
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

    /// <summary>Warnings that the operator should read first.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            if (Messages.Exceptions > 0)
            {
                warnings.Add(
                    $"A bug deferred messages ({Figure.Of(Messages.Exceptions)} attempts): the log says where it is.");
            }

            if (Postfix is { Received: >= ProviderOutcomes.FewestRefused, Answered: 0 })
                warnings.Add($"{Figure.Of(Postfix.Received)} mails were received, and none was answered.");
            if (Postfix is { Deferred: >= ProviderOutcomes.FewestRefused }
                && Postfix.Deferred >= ProviderOutcomes.LargeShare * Postfix.Received)
            {
                warnings.Add($"{Figure.Of(Postfix.Deferred)} of {Figure.Of(Postfix.Received)} mails were deferred. If "
                    + "no cause is listed below, the responder could not start: see status=SOFTBOUNCE and "
                    + "status=deferred in /var/log/mail.log.");
            }

            foreach (var provider in (Postfix?.Outcomes ?? []).Where(one => one.IsRefusing))
            {
                var share = Figure.Percent(provider.RefusedShare);
                warnings.Add($"{share} of the replies to {provider.Provider} were not accepted: {provider}.");
            }

            foreach (var (mailbox, record) in Canary ?? [])
            {
                if (record.IsWrong)
                    warnings.Add($"The canary {mailbox} found something wrong; for details, run: responder canary");
            }

            foreach (var span in Ses?.Spans ?? [])
            {
                // The limits are in Amazon SES's "Sending review process". Warnings begin at 80 % of them.
                AddLimit("bounced", span.BounceShare, near: 0.04, 0.05, span.Days);
                AddLimit("caused complaints", span.ComplaintShare, near: 0.0008, 0.001, span.Days);
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

    /// <summary>Obtains a part. If that fails, the rest of the report remains usable.</summary>
    /// <param name="name">The part's name in JSON.</param>
    /// <param name="ask">Obtains the part.</param>
    /// <returns>
    /// The result of <paramref name="ask"/>. Null if that throws; then <see cref="Problems"/> holds the reason.
    /// </returns>
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
