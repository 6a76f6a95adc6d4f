using MailResponder.Store;
using MimeKit;

namespace MailResponder.Feedback;

/// <summary>
/// A delivery status report (RFC 3464) about a reply that failed because the mailbox does not exist. Anybody can send
/// one to the bounce address, so the responder believes only what the token in the quoted reply proves: that the reply
/// was sent, when, and to whom. Only hosts and people that received or relayed the reply know its token.
/// </summary>
/// <param name="Recipient">
/// The address in the reply's To. The recipient that the report names is ignored, because the reply may have been
/// forwarded.
/// </param>
/// <param name="ReplyName">The local part of the reply's Message-ID.</param>
/// <param name="SentAt">The reply's Date.</param>
/// <param name="Token">The reply's token; see <see cref="AddressKey.ReplyToken"/>.</param>
internal sealed record DeliveryReport(string Recipient, string ReplyName, DateTimeOffset SentAt, string Token)
{
    /// <summary>
    /// The header field that holds the token. Replies carry it unless the sending service replaces Message-ID.
    /// </summary>
    public const string TokenHeader = "X-Reply-Token";

    /// <summary>
    /// The deepest nesting of parts that is parsed. The report is a part of the mail, and the reply a part of the
    /// report.
    /// </summary>
    private const int MaxDepth = 10;

    /// <summary>
    /// The status codes (RFC 3463) that mean: the mailbox does not exist, it has moved, or its domain accepts no mail
    /// (RFC 7505). Left out are "disabled" (5.2.1), which Gmail also reports for a mailbox that somebody floods; a
    /// refusal of the host or the content (5.7), which is not the mailbox's fault; and a bad domain (5.1.2, 5.4.4),
    /// which may be the resolver's fault.
    /// </summary>
    private static string[] DeadMailbox => ["5.1.1", "5.1.6", "5.1.10"];

    /// <summary>Reads a report. Null if the mail is anything else.</summary>
    /// <param name="mail">The mail as Postfix passes it.</param>
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

    /// <summary>
    /// Returns the Action or Status of a recipient (RFC 3464, section 2.3) in lower case, without comments. Empty if
    /// the report has none.
    /// </summary>
    public static string Word(string? field) => (field ?? "").Trim().Split(' ', '\t', '(')[0].ToLowerInvariant();

    /// <summary>Whether the reply is ours: its token was made with this key or one before it.</summary>
    public bool IsOfOurs(AddressKey key) => key.IsReplyToken(Token, ReplyName, SentAt, Recipient);

    /// <summary>
    /// Whether delivery failed for every recipient. A forwarded reply may have several. The first status group
    /// describes the mail and is skipped.
    /// </summary>
    private static bool IsOfDeadMailbox(MessageDeliveryStatus status)
    {
        var recipients = status.StatusGroups.Skip(1).Where(group => group.Count > 0).ToList();
        return recipients.Count > 0 && recipients.TrueForAll(group =>
            Word(group["Action"]) == "failed" && DeadMailbox.Contains(Word(group["Status"])));
    }

    private static DeliveryReport? Of(HeaderList reply)
    {
        if (One("To") is not { } to || One("Message-Id") is not { } id || One("Date") is not { } date
            || One(TokenHeader) is not { } token
            || !MailboxAddress.TryParse(to.RawValue, out var recipient)
            || !MimeKit.Utils.DateUtils.TryParse(date.Value, out var sentAt))
        {
            return null;
        }

        var name = id.Value.Trim().TrimStart('<').Split('@')[0];
        return new DeliveryReport(recipient.Address, name, sentAt, token.Value.Trim());

        // If the field occurs twice, another reader may see another recipient.
        Header? One(string field)
        {
            var found = reply.Where(header => header.Field.Equals(field, StringComparison.OrdinalIgnoreCase)).ToList();
            return found is [var only] ? only : null;
        }
    }
}
