using System.Security.Cryptography;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Statistics;

/// <summary>Composes, signs and sends a report with the code that sends replies.</summary>
internal static class StatisticsMail
{
    /// <summary>Sends the report and returns what became of it.</summary>
    /// <exception cref="ResponderException">
    /// The DKIM key cannot be used, or the settings lack the section of their send method.
    /// </exception>
    public static SendResult Send(
        StatisticsReport report, ResponderSettings settings, StatisticsSettings statistics, TimeProvider clock)
    {
        var deadline = new Deadline(clock, TimeSpan.FromSeconds(settings.DeadlineSeconds));
        using var mail = Compose(report, settings, statistics);
        var sender = new Senders(settings, deadline, clock).For(null);
        ReplySigner.Create(settings.Dkim, clock)?.Sign(mail, withDateAndMessageId: !sender.ReplacesDateAndMessageId);
        return sender.Send(mail);
    }

    private static OutgoingReply Compose(
        StatisticsReport report, ResponderSettings settings, StatisticsSettings statistics)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var from = statistics.From ?? settings.ResponseFrom;
        var message = new MimeMessage(new HeaderList());
        EncodedWords.AddFrom(message, from);
        message.To.Add(statistics.To);
        message.Subject = (report.Warnings.Count > 0 ? "WARNING: " : "")
            + $"{ReportSections.Title(report)}: {Figure.Of(report.Messages.Answered)} answered";
        message.Date = report.Made;
        message.MessageId = $"{name}@{from.Domain}";
        // RFC 3834, section 5: this mail replies to no request, so it is auto-generated, not auto-replied.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add(HeaderId.MimeVersion, "1.0");
        var body = MimeBody.Of([new ResponseBody("plain", TextReport.Of(report)),
            new ResponseBody("html", HtmlReport.Of(report))]);
        var to = statistics.To.GetAddress(idnEncode: true);
        return new OutgoingReply(message, body, settings.BounceAddress, to, name);
    }
}
