using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>Provides the sender for each send method.</summary>
/// <param name="settings">The settings in force.</param>
/// <param name="deadline">The time limit for the message.</param>
/// <param name="clock">The source of the current time.</param>
/// <param name="dryRun">If not null, replies are written here whatever the send method, and go nowhere else.</param>
internal sealed class Senders(ResponderSettings settings, Deadline deadline, TimeProvider clock, Stream? dryRun = null)
{
    private SesSender? _ses;

    /// <summary>Returns the sender for a send method.</summary>
    /// <param name="method">The send method; null for the one in the settings.</param>
    /// <exception cref="ResponderException">The method is SES, but the settings have no section for SES.</exception>
    public ISender For(SendMethod? method) =>
        dryRun is not null ? new MboxSender(dryRun, clock) : (method ?? settings.SendMethod) switch
        {
            SendMethod.Ses => _ses ??= new SesSender(settings.Ses ?? throw WithoutSes(), deadline),
            SendMethod.Sendmail => new SendmailSender(settings.Sendmail, deadline),
            _ => new OutboxSender(settings.Outbox),
        };

    private ResponderException WithoutSes() => new(Cause.Settings,
        $"{settings.File}: ses: is missing, but an entry of the response book is sent by ses; add \"ses\": {{ "
        + $"\"region\": \"…\" }}");
}
