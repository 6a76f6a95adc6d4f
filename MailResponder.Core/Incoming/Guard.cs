using System.Buffers;
using MailResponder.Addresses;
using MailResponder.Incoming.Authentication;
using MailResponder.Native;
using MailResponder.Settings;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>
/// Decides whether a message may be answered at all. The rules are those of RFC 3834 and RFC 5230 and of the mail
/// systems that mark their automatic mail in ways of their own.
/// </summary>
/// <param name="settings">Which addresses are ours, and what is not answered.</param>
/// <param name="clock">Null: the system's.</param>
/// <param name="hostName">The host's own name. Null: the system's.</param>
internal sealed class Guard(ResponderSettings settings, TimeProvider? clock = null, string? hostName = null)
{
    /// <summary>
    /// How long a failed look-up defers the message. Postfix hands over the same header at each try, so the result
    /// never changes, and the message must not expire in the queue.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private const int MaxReceived = 50;

    /// <summary>
    /// The characters of an atom (RFC 5322, section 3.2.3) and the dot, but for `%` and `!`: to Postfix
    /// victim%example.net@ours and example.net!victim@ours are mail for victim@example.net (allow_percent_hack and
    /// swap_bangpath of postconf(5), both on by default).
    /// </summary>
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.#$&'*+-/=?^_`{|}~");

    /// <summary>The header that our replies carry, so that none of them is answered by us when it comes back.</summary>
    public const string LoopHeader = "X-Loop";

    /// <summary>The first reason not to reply, or null and the request to answer.</summary>
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
        if (IsRobot(from!.Address) || IsRobot(envelope.Sender) || IsRobot(headers["Return-Path"])
            || IsVerpOf(envelope.Recipient, envelope.Sender) || IsVerpOf(envelope.Recipient, headers["Return-Path"]))
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
        var messageId = Ids(headers["Message-Id"]) is [var id, ..] ? $"<{id}>" : null;
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
    /// Whether a reply can reach the address, and nobody else: a plain local part of at most 64 characters and a fully
    /// qualified domain, without SMTPUTF8 (RFC 6531), which neither SES nor most mail systems offer.
    /// </summary>
    private static bool CanBeAnswered(string address) => address.Length <= 254
        && MailDomain.TrySplit(address, out var local, out _) && local.Length <= 64 && IsPlain(local);

    /// <summary>
    /// What a dot-atom has (RFC 5322, section 3.2.3), also within quotes, where dots may stand anywhere; without what a
    /// mail system on the way could read as more than a mailbox.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<char> localPart)
    {
        var name = localPart is ['"', .. var quoted, '"'] ? quoted : localPart;
        // Everything else needs quotes. Within them Postfix reads an @ as the end of a local part
        // (resolve_dequoted_address of postconf(5)), old mail systems commas, semicolons, colons and brackets as lists,
        // groups and routes; and few agree about spaces and backslashes.
        if (name.IsEmpty || name.ContainsAnyExcept(PlainCharacters))
            return false;
        // An option of a command, which Postfix bounces (allow_min_user of postconf(5)); a command and a file, which
        // local(8) and sendmail deliver to (aliases(5)).
        if (name[0] is '-' or '|' or '/')
            return false;
        // An encoded word has no place in an address (RFC 2047, section 5), and readers that decode it all the same
        // read another one.
        return name.IndexOf("=?") < 0;
    }

    private bool IsOurs(string address, string domain) =>
        IsOurAddress(address) || MailDomain.IsWithin(domain, settings.OwnDomains);

    /// <summary>
    /// An envelope sender is compared as a whole address, not by its domain: a forwarder on one of our domains rewrites
    /// other people's senders to that domain (SRS).
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

    private static bool IsRobot(string? address) =>
        address is not null && RobotLocalPart.Matches(LocalPart(BareAddress(address)));

    private static bool IsVerpOf(string? recipient, string? sender) =>
        recipient is not null && sender is not null
        && RobotLocalPart.IsMadeOf(BareAddress(recipient), LocalPart(BareAddress(sender)));

    private static string LocalPart(string address) =>
        address.LastIndexOf('@') is >= 0 and var at ? address[..at] : address;

    /// <summary>What stands between the angle brackets, or all of it.</summary>
    private static string BareAddress(string text)
    {
        var open = text.LastIndexOf('<');
        var close = text.IndexOf('>', open + 1);
        return (open >= 0 && close > open ? text[(open + 1)..close] : text).Trim();
    }

    /// <summary>
    /// The request's own chain; without one, what it answers, if that is a single message (RFC 5322, section 3.6.4).
    /// </summary>
    private static List<string> References(HeaderList headers)
    {
        if (Ids(headers["References"]) is { Count: > 0 } references)
            return references;
        return Ids(headers["In-Reply-To"]) is [var only] ? [only] : [];
    }

    /// <summary>The addresses as written: MimeKit leaves out blanks and a final dot.</summary>
    private static List<string> Ids(string? field) => field is null ? []
        : [.. MimeUtils.EnumerateReferences(field).Where(id => field.Contains($"<{id}>", StringComparison.Ordinal))];
}
