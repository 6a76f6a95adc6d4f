using MailResponder.Logs;
using MailResponder.PostfixLog;

namespace MailResponder.Statistics;

/// <summary>All that a report says, whatever its form. Holds nothing of any requester.</summary>
internal sealed record StatisticsReport
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>What made it.</summary>
    public required string Version { get; init; }

    /// <summary>The log that was read.</summary>
    public required string LogFile { get; init; }

    public required MessageFigures Messages { get; init; }

    /// <summary>Answered requests to one address below which they are merged.</summary>
    public required int Threshold { get; init; }

    /// <summary>The settings as far as they are needed here: only whether they can be read.</summary>
    public string? SettingsProblem { get; init; }

    public Part<PostfixLogSummary> Postfix { get; init; }

    public Part<SesFigures> Ses { get; init; }

    public Part<IReadOnlyList<NameCount>> Queue { get; init; }

    public Part<HostFacts> Host { get; init; }

    public Part<InstanceFacts> Instance { get; init; }

    public string HostName => Host.Value?.Name ?? Environment.MachineName;

    /// <summary>What became of replies, by provider; those with few of them together.</summary>
    public IReadOnlyList<ProviderOutcomes> Outcomes =>
        ProviderOutcomes.Merged(Postfix.Value?.Outcomes ?? [], Threshold);

    /// <summary>The day of the log, or its first and last; empty when it holds no message.</summary>
    public string Days
    {
        get
        {
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
                warnings.Add(
                    $"A bug deferred messages ({Figure.Of(Messages.Exceptions)} tries): the log has its place.");
            foreach (var provider in Outcomes.Where(one => one.IsRefusing))
            {
                var share = Figure.Percent(provider.RefusedShare);
                warnings.Add($"{share} of the replies to {provider.Provider} were not taken: {provider}.");
            }

            foreach (var span in Ses.Value?.Spans ?? [])
            {
                if (span.HasManyBounces)
                    warnings.Add(Limit("bounced", span.BounceShare, SesSpan.BounceLimit, span.Days));
                if (span.HasManyComplaints)
                    warnings.Add(Limit("were complained of", span.ComplaintShare, SesSpan.ComplaintLimit, span.Days));
            }

            return warnings;
        }
    }

    private static string Limit(string what, double share, double limit, int days) =>
        $"{Figure.Share(share)} of the mails of {Figure.Days(days)} {what}: Amazon SES reviews an account at "
            + $"{Figure.Share(limit)}.";
}
