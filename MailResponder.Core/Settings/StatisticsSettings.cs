using MimeKit;

namespace MailResponder.Settings;

/// <summary>The daily report by mail.</summary>
/// <param name="To">Who gets it.</param>
/// <param name="From">Null: From of the replies.</param>
/// <param name="Threshold">Requested addresses with fewer answered requests are counted together.</param>
internal sealed record StatisticsSettings(MailboxAddress To, MailboxAddress? From, int Threshold)
{
    public const int StandardThreshold = 5;
}
