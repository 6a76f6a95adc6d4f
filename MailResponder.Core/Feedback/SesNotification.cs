using System.Globalization;
using System.Text.Json;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Feedback;

/// <summary>
/// A notification of Amazon SES, as SES's guide describes it: "Amazon SNS notification contents" (with
/// notificationType), or "event publishing" (with eventType). The two differ only in that name.
/// </summary>
/// <param name="Outcome">
/// What happened to the reply; null if the notification does not tell. A bounce that is not Permanent counts as a
/// deferral: SES also reports automatic answers of absent people as such bounces.
/// </param>
/// <param name="Reply">The reply's SES message id; null if missing or malformed.</param>
/// <param name="SentTo">The addresses SES sent the reply to.</param>
internal sealed record SesNotification(ReplyOutcome? Outcome, string? Reply, IReadOnlyList<string> SentTo)
{
    private const string NotificationType = "notificationType";

    /// <summary>When the event happened. Set only in a notification that blocks.</summary>
    public DateTimeOffset HappenedAt { get; private init; }

    /// <summary>The addresses of <see cref="SentTo"/> to block.</summary>
    public IReadOnlyList<string> Recipients { get; private init; } = [];

    /// <summary>The number of addresses that the report names although the reply was not sent to them.</summary>
    public int Strangers { get; private init; }

    /// <summary>Reads a time in the form of SES and SNS. Null if it is not one.</summary>
    public static DateTimeOffset? Time(LocatedJson? json) =>
        DateTimeOffset.TryParseExact(json?.Text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>
    /// Reads a notification. Null, after reporting the fault, if a required field is missing or invalid.
    /// </summary>
    /// <param name="json">The whole notification.</param>
    /// <param name="fault">Receives the field and what is wrong with it.</param>
    public static SesNotification? Read(LocatedJson json, Action<string, string> fault)
    {
        if ((json[NotificationType] ?? json["eventType"]) is not { Kind: JsonValueKind.String } type)
        {
            fault(NotificationType, "is missing, and so is eventType: this is not a notification of Amazon SES");
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
            return No(name, "is missing; it says what happened");
        if (required is not null && part[required] is not { Kind: JsonValueKind.String })
            return No($"{name}.{required}", "is missing; it says whether the bounce is permanent");
        // The subtypes of a bounce (General, NoEmail, Suppressed, OnAccountSuppressionList, UnsubscribedRecipient …)
        // give the reason; after none of them is a further reply useful. The types of a complaint are those of RFC
        // 5965, section 7.3. A complaint received in another form has no type.
        ReplyOutcome? outcome = required is null
            ? part["complaintFeedbackType"]?.Text == "not-spam" ? null : ReplyOutcome.Complained
            : part[required]!.Text == "Permanent" ? ReplyOutcome.Bounced : ReplyOutcome.Deferred;
        if (outcome is null or ReplyOutcome.Deferred)
            return this with { Outcome = outcome };
        if (Time(part["timestamp"]) is not { } happenedAt)
        {
            return No(name + ".timestamp",
                "is not a time like 2026-11-24T08:30:00.000Z; it decides whether your later decisions prevail");
        }

        if (SentTo.Count == 0)
            return No("mail.destination", "names no mail address; it says where the reply was sent");
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
    /// Returns the notification with the addresses to block. A reply has one recipient, and the notification is about
    /// that recipient. The addresses in the report come from the reporting server, which can name anybody, so they only
    /// select among the addresses the reply was sent to.
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

    /// <summary>
    /// Returns the addresses of a report that failed permanently. Null if it lists addresses, and none of them did.
    /// </summary>
    private static List<string>? Failed(LocatedJson? recipients)
    {
        var all = recipients?.Items ?? [];
        var failed = all.Where(recipient => DeliveryReport.Word(recipient["action"]?.Text) is "" or "failed"
            && !MayExist(DeliveryReport.Word(recipient["status"]?.Text))).ToList();
        return all.Count > 0 && failed.Count == 0 ? null
            : [.. failed.Select(recipient => AddressOf(recipient["emailAddress"]))];
    }

    /// <summary>
    /// Whether the mailbox may exist (RFC 3463): SES gave up after hours (class 4); the mailbox is flooded (X.2.1) or
    /// full (X.2.2); the reply is too large (X.2.3, X.3.4); or the provider refused the sender (X.1.7, X.1.8, X.7), the
    /// content (X.6) or an unencrypted connection (X.7). An attacker can cause most of these with many forged requests.
    /// </summary>
    private static bool MayExist(string status) =>
        status is "5.1.7" or "5.1.8" or "5.2.1" or "5.2.2" or "5.2.3" or "5.3.4"
        || Array.Exists(["4.", "5.6.", "5.7."], start => status.StartsWith(start, StringComparison.Ordinal));

    private static List<string> Addresses(LocatedJson? list) =>
        [.. (list?.Items ?? []).Select(AddressOf).Where(address => address.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Returns the address without a display name; empty if there is no valid address.</summary>
    private static string AddressOf(LocatedJson? json) =>
        json is { Kind: JsonValueKind.String } && MailboxAddress.TryParse(json.Text, out var mailbox)
            && mailbox.Address.Contains('@')
            ? mailbox.Address : "";
}
