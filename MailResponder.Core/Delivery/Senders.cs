using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>The ways out that the settings name.</summary>
/// <param name="settings">Their programs and folders.</param>
/// <param name="deadline">When to be done.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="dryRun">Not null: whatever the method, replies are written here and go nowhere.</param>
internal sealed class Senders(ResponderSettings settings, Deadline deadline, TimeProvider clock, Stream? dryRun = null)
{
    private SesSender? _ses;

    /// <param name="method">Null: as the settings say.</param>
    /// <exception cref="ResponderException">It is SES, and the settings do not say how.</exception>
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
