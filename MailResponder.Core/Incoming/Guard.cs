using System.Buffers;
using System.Text;
using MailResponder.Addresses;
using MailResponder.Incoming.Authentication;
using MailResponder.Native;
using MailResponder.Settings;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>
/// Decides whether a message may be answered at all. The rules are those of RFC 3834 and RFC 5230, and of mail systems
/// that mark their automatic mail in their own way.
/// </summary>
/// <param name="settings">The settings in force: which addresses are ours, and which mail is not answered.</param>
/// <param name="clock">The source of the current time; null for the system clock.</param>
/// <param name="hostName">This host's own name; null for the one that the system reports.</param>
internal sealed class Guard(ResponderSettings settings, TimeProvider? clock = null, string? hostName = null)
{
    /// <summary>
    /// How long a failed look-up defers the message. Postfix hands over the same header on each retry, so the result
    /// never changes, and the message must not expire in the queue.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private const int MaxReceived = 50;

    /// <summary>
    /// The characters of an atom (RFC 5322, section 3.2.3) and the dot, except `%` and `!`. Postfix reads
    /// victim%example.net@ours and example.net!victim@ours as mail for victim@example.net (allow_percent_hack and
    /// swap_bangpath of postconf(5), both on by default).
    /// </summary>
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.#$&'*+-/=?^_`{|}~");

    /// <summary>
    /// The header field that all our replies carry, so that a reply that comes back to us is not answered.
    /// </summary>
    public const string LoopHeader = "X-Loop";

    /// <summary>Returns the first reason not to reply, or null and the request to answer.</summary>
    public SkipReason? ReasonNotToReply(IncomingMessage message, Envelope envelope, out Request? request)
    {
        request = null;
        var headers = message.Headers;
        if (headers.Count == 0 || message.IsCutOff)
            return SkipReason.UnreadableMessage;
        if (message.Bytes > settings.MaxMessageBytes)
            return SkipReason.MessageTooLarge;
        if (IsNullSender(envelope.Sender) || IsNullSender(headers["Return-Path"]))
            return SkipReason.NullSender;
        if (ReasonInHeaders(headers) is { } reason)
            return reason;
        if (ReasonInFrom(headers, out var from) is { } fromReason)
            return fromReason;
        if (RobotLocalPart.Matches(from!.LocalPart) || IsVerpOf(envelope.Recipient, from.LocalPart)
            || IsRobot(envelope.Sender, envelope, from) || IsRobot(headers["Return-Path"], envelope, from))
        {
            return SkipReason.RobotSender;
        }

        MailDomain.TryNormalize(from.Domain, out var domain);
        if (IsOurs($"{from.LocalPart}@{domain}", domain) || HostName.Covers(domain, hostName ?? LocalHost.Name())
            || IsOurAddress(envelope.Sender) || IsOurAddress(headers["Return-Path"]))
        {
            return SkipReason.OwnAddress;
        }

        if (MailDomain.IsWithin(domain, settings.BlockedDomains))
            return SkipReason.BlockedDomain;
        var now = (clock ?? TimeProvider.System).GetUtcNow();
        if (settings.MaxRequestAge is { } maxAge && MessageTimes.Of(headers, now).WasOlder(maxAge, now))
            return SkipReason.Stale;
        var messageId = Ids(headers, "Message-Id") is [var id, ..] ? $"<{id}>" : null;
        request = new Request(from, SubjectText.Of(headers), messageId, References(headers))
        {
            Authentication = Authenticate(headers, domain, now),
        };
        return null;
    }

    private AuthenticationVerdict Authenticate(HeaderList headers, string domain, DateTimeOffset now)
    {
        var verdict = AuthenticationEvidence.Weigh(headers, domain, settings.AuthservId);
        return !verdict.IsOpen || MessageTimes.Of(headers, now).CameWithin(MaxWait, now) ? verdict
            : AuthenticationVerdict.Sure(verdict.Proven);
    }

    private SkipReason? ReasonInHeaders(HeaderList headers)
    {
        var received = 0;
        foreach (var header in headers)
        {
            if (header.Field.Equals("Received", StringComparison.OrdinalIgnoreCase))
            {
                if (++received > MaxReceived)
                    return SkipReason.TooManyHops;
            }
            else if (header.Field.Equals(LoopHeader, StringComparison.OrdinalIgnoreCase))
            {
                if (IsOurs(header.Value))
                    return SkipReason.Loop;
            }
            else if (RobotHeader.Reason(header) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }

    private static SkipReason? ReasonInFrom(HeaderList headers, out MailboxAddress? from)
    {
        from = null;
        foreach (var header in headers)
        {
            if (header.Id != HeaderId.From)
                continue;
            if (from is not null)
                return SkipReason.SeveralFrom;
            if (FromField.Read(header, out from) is { } reason)
                return reason;
            if (!CanBeAnswered(from!.Address))
                return SkipReason.UnparsableFrom;
        }

        return from is null ? SkipReason.NoFrom : null;
    }

    /// <summary>
    /// Whether a reply can reach the address, and only that address. It needs a plain local part of at most 64
    /// characters and a fully qualified domain, 254 characters in all. SMTPUTF8 (RFC 6531) is not used: neither SES nor
    /// most mail systems offer it.
    /// </summary>
    private static bool CanBeAnswered(string address) => address.Length <= 254
        && MailDomain.TrySplit(address, out var local, out _) && local.Length <= 64 && IsPlain(local);

    /// <summary>
    /// Whether the local part, in quotation marks or not, has only characters of a dot-atom (RFC 5322, section 3.2.3),
    /// and nothing that a mail system on the way could read as more than a mailbox. In quotation marks, dots may be
    /// anywhere.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<char> localPart)
    {
        var name = localPart is ['"', .. var quoted, '"'] ? quoted : localPart;
        // All other characters need quotation marks. Inside them, Postfix reads an @ as the end of the local part
        // (resolve_dequoted_address of postconf(5)). Old mail systems read commas, semicolons, colons and brackets as
        // lists, groups and routes. Few systems agree about spaces and backslashes.
        if (name.IsEmpty || name.ContainsAnyExcept(PlainCharacters))
            return false;
        // A leading hyphen makes the address an option of a command, which Postfix bounces (allow_min_user of
        // postconf(5)). A leading | or / makes it a command or a file, to which local(8) and sendmail deliver
        // (aliases(5)).
        if (name[0] is '-' or '|' or '/')
            return false;
        // An encoded word is not allowed in an address (RFC 2047, section 5). A reader that decodes it nevertheless
        // reads another address.
        return name.IndexOf("=?") < 0;
    }

    private bool IsOurs(string address, string domain) =>
        IsOurAddress(address) || MailDomain.IsWithin(domain, settings.OwnDomains);

    /// <summary>
    /// Whether this is our response address or bounce address. An envelope sender is compared as a whole, not by its
    /// domain: a forwarder on one of our domains rewrites other people's senders to that domain (SRS).
    /// </summary>
    private bool IsOurAddress(string? address) => address is not null
        && BareAddress(address).TrimEnd('.') is var bare
        && (bare.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase)
            || bare.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase));

    private bool IsOurs(string loopValue) => Array.Exists(loopValue.Split(' ', '\t', ',', ';', '<', '>', '(', ')', '"'),
        word => MailDomain.TrySplit(word, out _, out var domain) && IsOurs(word, domain));

    private static bool IsNullSender(string? sender) => sender is not null && BareAddress(sender) is var address
        && (address.Length == 0
            || address.Equals("MAILER-DAEMON", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("MAILER-DAEMON@", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether an envelope sender is a robot's. VERP proves that only if it is not the author's: a relay may write the
    /// author into it in that form, and an author's own local part may have it (tax-return-2026). Without the
    /// recipient, an author who is made of it cannot be told.
    /// </summary>
    private static bool IsRobot(string? sender, Envelope envelope, MailboxAddress from) => sender is not null
        && LocalPart(BareAddress(sender)) is var local
        && (IsVerpOf(envelope.Recipient, local)
            || (IsVerpOf(from.Address, local)
                || (envelope.Recipient is not null && RobotLocalPart.IsOf(from.LocalPart, local))
                ? RobotLocalPart.Matches(local) : RobotLocalPart.MatchesReturnPath(local)));

    private static bool IsVerpOf(string? address, string localPart) => address is not null
        && RobotLocalPart.IsMadeOf(BareAddress(address), localPart);

    private static string LocalPart(string address) =>
        address.LastIndexOf('@') is >= 0 and var at ? address[..at] : address;

    /// <summary>Returns the text between the angle brackets, or the whole text if it has none.</summary>
    private static string BareAddress(string text)
    {
        var open = text.LastIndexOf('<');
        var close = text.IndexOf('>', open + 1);
        return (open >= 0 && close > open ? text[(open + 1)..close] : text).Trim();
    }

    /// <summary>
    /// Returns the ids in the request's References. Without any, returns the id in In-Reply-To if it is the only one
    /// there (RFC 5322, section 3.6.4).
    /// </summary>
    private static List<string> References(HeaderList headers)
    {
        if (Ids(headers, "References") is { Count: > 0 } references)
            return references;
        return Ids(headers, "In-Reply-To") is [var only] ? [only] : [];
    }

    /// <summary>
    /// Returns the ids that all instances of a field contain exactly as MimeKit reads them. MimeKit drops spaces and a
    /// final dot. The field is read undecoded (RFC 2047, section 5).
    /// </summary>
    private static List<string> Ids(HeaderList headers, string name)
    {
        var ids = new List<string>();
        foreach (var header in headers)
        {
            if (!header.Field.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            var value = Encoding.Latin1.GetString(header.RawValue);
            var written = value.Split('<', '>').ToHashSet();
            ids.AddRange(MimeUtils.EnumerateReferences(value).Where(written.Contains));
        }

        return ids;
    }
}
