using Amazon.SimpleEmail.Model;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Statistics;

/// <summary>What Amazon SES tells of the account, which other hosts may be sending through too.</summary>
/// <param name="PerDay">Recipients that are allowed in 24 hours; -1: no limit.</param>
/// <param name="PerSecond">Recipients that are allowed in a second.</param>
/// <param name="SentInDay">Recipients of the last 24 hours.</param>
/// <param name="Spans">The last day, week and two weeks, which is all that SES remembers.</param>
internal sealed record SesFigures(double PerDay, double PerSecond, double SentInDay, IReadOnlyList<SesSpan> Spans)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    /// <exception cref="ResponderException">SES cannot be asked, or refuses.</exception>
    public static SesFigures Ask(SesSettings settings, DateTimeOffset now)
    {
        var account = new SesAccount(settings);
        var action = "ses:GetSendQuota";
        try
        {
            var quota = account.Call(MaxWait, (client, token) =>
                client.GetSendQuotaAsync(new GetSendQuotaRequest(), token));
            action = "ses:GetSendStatistics";
            var points = account.Call(
                MaxWait, (client, token) => client.GetSendStatisticsAsync(
                new GetSendStatisticsRequest(), token)).SendDataPoints ?? [];
            return new SesFigures(quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0, quota.SentLast24Hours ?? 0,
                [Span(1, points, now), Span(7, points, now), Span(14, points, now)]);
        }
        catch (Exception exception) when (exception is not ResponderException)
        {
            throw new ResponderException(Cause.Send, SesFailure.Of(exception, action).Problem, exception);
        }
    }

    private static SesSpan Span(int days, List<SendDataPoint> points, DateTimeOffset now)
    {
        var begin = now.UtcDateTime.AddDays(-days);
        var within = points.FindAll(point => point.Timestamp?.ToUniversalTime() >= begin);
        return new SesSpan(days, within.Sum(point => point.DeliveryAttempts ?? 0),
            within.Sum(point => point.Bounces ?? 0),
            within.Sum(point => point.Complaints ?? 0), within.Sum(point => point.Rejects ?? 0));
    }
}
