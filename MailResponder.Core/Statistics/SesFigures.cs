using Amazon.SimpleEmail.Model;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Statistics;

/// <summary>What Amazon SES reports about the account. Other hosts may send through the same account.</summary>
/// <param name="PerDay">The number of recipients allowed in 24 hours; -1 means no limit.</param>
/// <param name="PerSecond">The number of recipients allowed in a second.</param>
/// <param name="SentInDay">The number of recipients in the last 24 hours.</param>
/// <param name="Spans">The last day, week and two weeks. SES keeps two weeks.</param>
internal sealed record SesFigures(double PerDay, double PerSecond, double SentInDay, IReadOnlyList<SesSpan> Spans)
{
    /// <summary>Asks SES for the quota and the statistics of the account.</summary>
    /// <exception cref="ResponderException">SES cannot be reached, or refuses the call.</exception>
    public static SesFigures Ask(SesSettings settings, DateTimeOffset now)
    {
        var account = new SesAccount(settings);
        var quota = account.Quota();
        var points = account.Ask("ses:GetSendStatistics", (client, token) =>
            client.GetSendStatisticsAsync(new GetSendStatisticsRequest(), token)).SendDataPoints ?? [];
        return new SesFigures(quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0, quota.SentLast24Hours ?? 0,
            [Span(1, points, now), Span(7, points, now), Span(14, points, now)]);
    }

    private static SesSpan Span(int days, List<SendDataPoint> points, DateTimeOffset now)
    {
        var begin = now.UtcDateTime.AddDays(-days);
        var within = points.FindAll(point => point.Timestamp?.ToUniversalTime() >= begin);
        return new SesSpan(days, within.Sum(point => point.DeliveryAttempts ?? 0),
            within.Sum(point => point.Bounces ?? 0), within.Sum(point => point.Complaints ?? 0),
            within.Sum(point => point.Rejects ?? 0));
    }
}

/// <summary>What became of the account's mails in the last days.</summary>
/// <param name="Days">The length of the span, which ends now.</param>
/// <param name="Deliveries">The number of mails that SES tried to deliver. Each share is a share of these.</param>
internal sealed record SesSpan(int Days, long Deliveries, long Bounces, long Complaints, long Rejects)
{
    public double BounceShare => Share(Bounces);

    public double ComplaintShare => Share(Complaints);

    public double RejectShare => Share(Rejects);

    private double Share(long count) => Deliveries == 0 ? 0 : (double)count / Deliveries;
}
