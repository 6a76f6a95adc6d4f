using MailResponder.Files;
using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

internal static class SampleReport
{
    public static StatisticsReport Of(MadeLog log) => new()
    {
        Made = new DateTimeOffset(2026, 11, 22, 0, 5, 0, TimeSpan.Zero),
        Version = "responder 0.1.0",
        LogFile = "/var/log/mail_responder-events.log.1",
        Messages = log.Count(),
        Threshold = 5,
        Host = new HostFacts("mail1", 50 * 3600, "0.10 0.20 0.30", 2, new Space("memory", 1 << 30, 1 << 29),
            [new Space("/", 8L << 30, 6L << 30)]),
    };

    public static StatisticsReport WithSes(params SesSpan[] spans) =>
        Of(new MadeLog()) with { Ses = new SesFigures(50_000, 14, 1000, spans) };
}
