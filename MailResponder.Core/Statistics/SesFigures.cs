using Amazon.SimpleEmail.Model;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Statistics;

/// <summary>What Amazon SES says of the account. Other hosts may send through it too.</summary>
/// <param name="PerDay">Recipients that are allowed in 24 hours; -1: no limit.</param>
/// <param name="PerSecond">Recipients that are allowed in a second.</param>
/// <param name="SentInDay">Recipients of the last 24 hours.</param>
/// <param name="Spans">The last day, week and two weeks, which is all that SES remembers.</param>
internal sealed record SesFigures(double PerDay, double PerSecond, double SentInDay, IReadOnlyList<SesSpan> Spans)
{
    /// <exception cref="ResponderException">SES cannot be asked, or refuses.</exception>
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
/// <param name="Days">Length of the span, which ends now.</param>
/// <param name="Deliveries">Mails that SES tried to deliver; all shares are of these.</param>
internal sealed record SesSpan(int Days, long Deliveries, long Bounces, long Complaints, long Rejects)
{
    public double BounceShare => Share(Bounces);

    public double ComplaintShare => Share(Complaints);

    public double RejectShare => Share(Rejects);

    private double Share(long count) => Deliveries == 0 ? 0 : (double)count / Deliveries;
}
