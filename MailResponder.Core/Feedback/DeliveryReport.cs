using MailResponder.Store;
using MimeKit;

namespace MailResponder.Feedback;

/// <summary>
/// A report (RFC 3464) that a reply cannot be delivered, because there is no such mailbox. Anybody can send one to the
/// bounce address, so only what the token in the quoted reply proves is believed: that it was sent, when, and to whom.
/// Only those who received or relayed the reply know its token.
/// </summary>
/// <param name="Recipient">
/// The reply's To. The recipient that the report names is ignored: the reply may have been forwarded.
/// </param>
/// <param name="ReplyName">Local part of the reply's Message-ID.</param>
/// <param name="SentAt">Date of the reply.</param>
/// <param name="Token">See <see cref="AddressKey.ReplyToken"/>.</param>
internal sealed record DeliveryReport(string Recipient, string ReplyName, DateTimeOffset SentAt, string Token)
{
    /// <summary>In every reply whose Message-ID stays what it is.</summary>
    public const string TokenHeader = "X-Reply-Token";

    /// <summary>A report is a part in a mail, and the reply a part in that.</summary>
    private const int MaxDepth = 10;

    /// <summary>
    /// RFC 3463: no such mailbox; it has moved; its domain takes no mail (RFC 7505). Not "disabled" (5.2.1), which
    /// Gmail says of a mailbox that somebody floods; nor a refusal of the host or of the content (5.7), which is not
    /// the mailbox's fault; nor a bad domain (5.1.2, 5.4.4), which may be the resolver's.
    /// </summary>
    private static string[] DeadMailbox => ["5.1.1", "5.1.6", "5.1.10"];

    /// <summary>Null when the mail is anything else.</summary>
    /// <param name="mail">As Postfix hands it over.</param>
    public static DeliveryReport? Read(Stream mail)
    {
        try
        {
            using var message = MimeMessage.Load(new ParserOptions { MaxMimeDepth = MaxDepth }, mail);
            return message.Body is Multipart report && report.ContentType.IsMimeType("multipart", "report")
                && report.OfType<MessageDeliveryStatus>().ToList() is [var status] && IsOfDeadMailbox(status)
                && report.OfType<MessagePart>().ToList() is [{ Message.Headers: var reply }] ? Of(reply) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the reply was sent by who has the key.</summary>
    public bool IsOfOurs(AddressKey key) => key.IsReplyToken(Token, ReplyName, SentAt, Recipient);

    /// <summary>
    /// Whether it failed for every recipient, of whom a forwarded reply may have several. The first group describes the
    /// mail.
    /// </summary>
    private static bool IsOfDeadMailbox(MessageDeliveryStatus status)
    {
        var recipients = status.StatusGroups.Skip(1).Where(group => group.Count > 0).ToList();
        return recipients.Count > 0 && recipients.TrueForAll(group =>
            (group["Action"] ?? "").Trim().Equals("failed", StringComparison.OrdinalIgnoreCase)
            && DeadMailbox.Contains((group["Status"] ?? "").Trim().Split(' ', '\t')[0]));
    }

    private static DeliveryReport? Of(HeaderList reply)
    {
        if (One("To") is not { } to || One("Message-Id") is not { } id || One("Date") is not { } date
            || One(TokenHeader) is not { } token
            || !InternetAddressList.TryParse(to, out var list) || list is not [MailboxAddress recipient]
            || !MimeKit.Utils.DateUtils.TryParse(date, out var sentAt))
        {
            return null;
        }

        var name = id.Trim().TrimStart('<').Split('@')[0];
        return new DeliveryReport(recipient.Address, name, sentAt, token.Trim());

        // With two of them, another reader may see another recipient.
        string? One(string field)
        {
            var found = reply.Where(header => header.Field.Equals(field, StringComparison.OrdinalIgnoreCase)).ToList();
            return found is [var only] ? only.Value : null;
        }
    }
}
