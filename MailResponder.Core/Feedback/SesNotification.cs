using System.Globalization;
using System.Text.Json;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Feedback;

/// <summary>
/// A notification of Amazon SES: "Amazon SNS notification contents" of its guide (notificationType), or "event
/// publishing" (eventType), which is the same but for that name.
/// </summary>
/// <param name="Outcome">
/// What became of the reply; null when the notification tells nothing of it. A bounce that is not Permanent is a
/// deferral: SES takes the automatic answers of absent people for such bounces.
/// </param>
/// <param name="Reply">SES's id of the reply; null when missing or malformed.</param>
/// <param name="SentTo">To whom SES sent it.</param>
internal sealed record SesNotification(ReplyOutcome? Outcome, string? Reply, IReadOnlyList<string> SentTo)
{
    private const string NotificationType = "notificationType";

    /// <summary>When it happened; known of what blocks.</summary>
    public DateTimeOffset HappenedAt { get; private init; }

    /// <summary>Those of <see cref="SentTo"/> who are to be blocked.</summary>
    public IReadOnlyList<string> Recipients { get; private init; } = [];

    /// <summary>Addresses that it names although the reply did not go to them.</summary>
    public int Strangers { get; private init; }

    /// <summary>A time as SES and SNS write it; null when it is none.</summary>
    public static DateTimeOffset? Time(LocatedJson? json) =>
        DateTimeOffset.TryParseExact(json?.Text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Null, and what is wrong, when a field that decides is missing or wrong.</summary>
    /// <param name="json">The whole notification.</param>
    /// <param name="fault">Gets the field and what is wrong with it.</param>
    public static SesNotification? Read(LocatedJson json, Action<string, string> fault)
    {
        if ((json[NotificationType] ?? json["eventType"]) is not { Kind: JsonValueKind.String } type)
        {
            fault(NotificationType, "is missing, and so is eventType: this is no notification of Amazon SES");
            return null;
        }

        var mail = json["mail"];
        var id = mail?["messageId"]?.Text;
        var read = new SesNotification(
            type.Text switch
            {
                "Delivery" => ReplyOutcome.Sent,
                "DeliveryDelay" => ReplyOutcome.Deferred,
                _ => null,
            },
            id is { Length: > 0 and <= 200 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? id : null,
            Addresses(mail?["destination"]));
        return type.Text switch
        {
            "Bounce" => read.Concerning(json, "bounce", "bouncedRecipients", "bounceType", fault),
            "Complaint" => read.Concerning(json, "complaint", "complainedRecipients", null, fault),
            _ => read,
        };
    }

    private SesNotification? Concerning(
        LocatedJson json, string name, string recipients, string? required, Action<string, string> fault)
    {
        if (json[name] is not { Kind: JsonValueKind.Object } part)
            return No(name, "is missing; without it nobody knows what happened");
        if (required is not null && part[required] is not { Kind: JsonValueKind.String })
            return No($"{name}.{required}", "is missing; it says whether the bounce is for good");
        // The subtypes of a bounce (General, NoEmail, Suppressed, OnAccountSuppressionList, UnsubscribedRecipient …)
        // tell why, and none of them makes a reply useful. The types of a complaint are those of RFC 5965, section 7.3;
        // there is none when it came in another form.
        ReplyOutcome? outcome = required is null
            ? part["complaintFeedbackType"]?.Text == "not-spam" ? null : ReplyOutcome.Complained
            : part[required]!.Text == "Permanent" ? ReplyOutcome.Bounced : ReplyOutcome.Deferred;
        if (outcome is null or ReplyOutcome.Deferred)
            return this with { Outcome = outcome };
        if (Time(part["timestamp"]) is not { } happenedAt)
        {
            return No(name + ".timestamp",
                "is not a time like 2026-11-24T08:30:00.000Z; without it nobody knows whether you decided otherwise "
                + "since");
        }

        if (SentTo.Count == 0)
            return No("mail.destination", "names no mail address; without it nobody knows to whom the reply went");
        if (Failed(part[recipients]) is not { } failed)
            return this with { Outcome = ReplyOutcome.Deferred };
        return Of(failed) with { Outcome = outcome, HappenedAt = happenedAt };

        SesNotification? No(string field, string problem)
        {
            fault(field, problem);
            return null;
        }
    }

    /// <summary>
    /// A reply has one recipient, whom the notification is about. The addresses in the report come from the reporting
    /// server, which can name anybody, so they only choose among those to whom the reply went.
    /// </summary>
    private SesNotification Of(List<string> failed)
    {
        if (SentTo.Count == 1)
            return this with { Recipients = SentTo };
        var (named, all) = (
            failed.ToHashSet(StringComparer.OrdinalIgnoreCase), SentTo.ToHashSet(StringComparer.OrdinalIgnoreCase));
        return this with
        {
            Recipients = [.. SentTo.Where(named.Contains)],
            Strangers = failed.Count(address => !all.Contains(address)),
        };
    }

    /// <summary>The addresses of a report that failed for good; null when it names only others.</summary>
    private static List<string>? Failed(LocatedJson? recipients)
    {
        var all = recipients?.Items ?? [];
        var failed = all.Where(recipient => recipient["action"]?.Text is null or "failed"
            && !MayExist(recipient["status"]?.Text)).ToList();
        return all.Count > 0 && failed.Count == 0 ? null
            : [.. failed.Select(recipient => AddressOf(recipient["emailAddress"]))];
    }

    /// <summary>
    /// Whether the mailbox may be there (RFC 3463): SES gave up after hours (class 4); it is full (X.2.2); or the
    /// provider refused the sender (X.1.7, X.1.8, X.7), the content (X.6) or a connection without encryption (X.7).
    /// With many forged requests a stranger can bring about most of these.
    /// </summary>
    private static bool MayExist(string? status) => status is "5.1.7" or "5.1.8" or "5.2.2"
        || Array.Exists(["4.", "5.6.", "5.7."], start => status?.StartsWith(start, StringComparison.Ordinal) == true);

    private static List<string> Addresses(LocatedJson? list) =>
        [.. (list?.Items ?? []).Select(AddressOf).Where(address => address.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Without a display name; empty when it is no address.</summary>
    private static string AddressOf(LocatedJson? json) =>
        json is { Kind: JsonValueKind.String } && MailboxAddress.TryParse(json.Text, out var mailbox)
            && mailbox.Address.Contains('@')
            ? mailbox.Address : "";
}
