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
/// <param name="Kind">What happened.</param>
/// <param name="HappenedAt">When.</param>
/// <param name="Recipients">
/// Whom it concerns, of those to whom SES sent the mail; empty where nobody is to be blocked.
/// </param>
/// <param name="Strangers">Addresses that it names although the mail did not go to them.</param>
internal sealed record SesNotification(
    FeedbackKind Kind, DateTimeOffset HappenedAt, IReadOnlyList<string> Recipients, int Strangers)
{
    private const string NotificationType = "notificationType";
    private const string EventType = "eventType";

    private static readonly SesNotification OfNoConsequence = new(FeedbackKind.Other, default, [], 0);

    /// <summary>Null, and what is wrong, when a field that decides is missing or wrong.</summary>
    public static SesNotification? Read(LocatedJson json, Action<string, string> fault)
    {
        if ((json[NotificationType] ?? json[EventType]) is not { Kind: JsonValueKind.String } type)
        {
            fault(NotificationType, "is missing, and so is eventType: this is no notification of Amazon SES");
            return null;
        }

        return type.Text switch
        {
            "Bounce" => ReadPart(json, "bounce", "bouncedRecipients", KindOfBounce, fault),
            "Complaint" => ReadPart(json, "complaint", "complainedRecipients", KindOfComplaint, fault),
            _ => OfNoConsequence,
        };
    }

    /// <summary>
    /// What became of a reply, by SES's id, and to whom it went; null when the notification tells nothing of it.
    /// </summary>
    public static (string Reply, string Address, ReplyOutcome Outcome)? OutcomeOf(LocatedJson json)
    {
        ReplyOutcome? outcome = (json[NotificationType] ?? json[EventType])?.Text switch
        {
            "Delivery" => ReplyOutcome.Sent,
            "DeliveryDelay" => ReplyOutcome.Deferred,
            "Bounce" when json["bounce"]?["bounceType"]?.Text == "Permanent" => ReplyOutcome.Bounced,
            "Bounce" => ReplyOutcome.Deferred,
            "Complaint" when json["complaint"]?["complaintFeedbackType"]?.Text != "not-spam" => ReplyOutcome.Complained,
            _ => null,
        };
        return outcome is { } known && json["mail"]?["messageId"]?.Text is { Length: > 0 and <= 200 } id
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && Addresses(json["mail"]?["destination"]) is [var address]
            ? (id, address, known) : null;
    }

    private static SesNotification? ReadPart(
        LocatedJson json, string name, string recipients, Func<LocatedJson, Action<string, string>,
        FeedbackKind?> kindOf, Action<string, string> fault)
    {
        if (json[name] is not { Kind: JsonValueKind.Object } part)
        {
            fault(name, "is missing; without it nobody knows what happened");
            return null;
        }

        var kind = kindOf(part, (field, problem) => fault($"{name}.{field}", problem));
        if (kind is null or FeedbackKind.SoftBounce or FeedbackKind.Other)
            return kind is null ? null : OfNoConsequence with { Kind = kind.Value };
        if (Time(part["timestamp"]) is not { } happenedAt)
        {
            fault(name + ".timestamp",
                "is not a time like 2026-11-24T08:30:00.000Z; without it nobody knows whether you decided otherwise "
                + "since");
            return null;
        }

        var sentTo = Addresses(json["mail"]?["destination"]);
        if (sentTo.Count == 0)
        {
            fault("mail.destination", "names no mail address; without it nobody knows to whom the reply went");
            return null;
        }

        return Concerning(kind.Value, happenedAt, sentTo, Failed(part[recipients]));
    }

    /// <summary>A time as SES and SNS write it; null when it is none.</summary>
    public static DateTimeOffset? Time(LocatedJson? json) =>
        DateTimeOffset.TryParseExact(json?.Text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static FeedbackKind? KindOfBounce(LocatedJson bounce, Action<string, string> fault)
    {
        if (bounce["bounceType"] is not { Kind: JsonValueKind.String } type)
        {
            fault("bounceType", "is missing; it says whether the bounce is for good");
            return null;
        }

        // The subtypes (General, NoEmail, Suppressed, OnAccountSuppressionList, UnsubscribedRecipient …) tell why, and
        // none of them makes a reply useful.
        return type.Text == "Permanent" ? FeedbackKind.HardBounce : FeedbackKind.SoftBounce;
    }

    /// <summary>
    /// The types are those of RFC 5965, section 7.3; there is none when the complaint came in another form.
    /// </summary>
    private static FeedbackKind? KindOfComplaint(LocatedJson complaint, Action<string, string> fault) =>
        complaint["complaintFeedbackType"]?.Text == "not-spam" ? FeedbackKind.Other : FeedbackKind.Complaint;

    /// <summary>
    /// A reply has one recipient, who is the one it is about. The addresses in the report are its author's words, and
    /// whoever has a mail server can write there whose address they like; so they only choose among those to whom the
    /// mail went.
    /// </summary>
    private static SesNotification Concerning(
        FeedbackKind kind, DateTimeOffset happenedAt, List<string> sentTo, List<string>? named)
    {
        if (named is null)
            return OfNoConsequence with { Kind = FeedbackKind.SoftBounce };
        if (sentTo.Count == 1)
            return new SesNotification(kind, happenedAt, sentTo, 0);
        var (namedOnes, recipients) = (
            named.ToHashSet(StringComparer.OrdinalIgnoreCase), sentTo.ToHashSet(StringComparer.OrdinalIgnoreCase));
        return new SesNotification(kind, happenedAt, sentTo.FindAll(namedOnes.Contains),
            named.Count(address => !recipients.Contains(address)));
    }

    /// <summary>
    /// Those of a report that failed for good; null when it names some and all of them fared otherwise.
    /// </summary>
    private static List<string>? Failed(LocatedJson? recipients)
    {
        var all = recipients?.Items ?? [];
        var failed = all.Where(recipient => recipient["action"]?.Text is null or "failed").ToList();
        return all.Count > 0 && failed.Count == 0 ? null
            : [.. failed.Select(recipient => AddressOf(recipient["emailAddress"]))];
    }

    private static List<string> Addresses(LocatedJson? list) =>
        [.. (list?.Items ?? []).Select(AddressOf).Where(address => address.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Without a display name; empty when it is no address.</summary>
    private static string AddressOf(LocatedJson? json) =>
        json is { Kind: JsonValueKind.String } && MailboxAddress.TryParse(json.Text, out var mailbox)
            && mailbox.Address.Contains('@')
            ? mailbox.Address : "";
}

/// <summary>What a notification of Amazon SES says of a reply.</summary>
internal enum FeedbackKind
{
    /// <summary>It will never be accepted (bounceType Permanent).</summary>
    HardBounce,

    /// <summary>Whoever got it called it spam or abuse.</summary>
    Complaint,

    /// <summary>
    /// It was not accepted this time, or nobody knows why (bounceType Transient, Undetermined). Answers of absent
    /// people are among these: SES takes an automatic answer to a reply for a bounce.
    /// </summary>
    SoftBounce,

    /// <summary>Anything else: deliveries, "not spam", delays, opened mails, and what SES may think of later.</summary>
    Other,
}
