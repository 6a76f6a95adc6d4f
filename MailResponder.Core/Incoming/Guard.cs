using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// Decides whether a message may be answered at all. The rules are those of RFC 3834 and RFC 5230 and of the mail
/// systems that mark their automatic mail in ways of their own.
/// </summary>
/// <param name="settings">Which addresses are ours, and what is not answered.</param>
/// <param name="clock">Null: the system's.</param>
internal sealed class Guard(ResponderSettings settings, TimeProvider? clock = null)
{
    /// <summary>
    /// How long a failed look-up counts as open. Postfix brings the same header at each try, so it never comes to an end
    /// by itself; and the message must not expire in the queue.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private const int MaxReceived = 50;

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
        if (IsRobot(from!.Address) || IsRobot(envelope.Sender) || IsRobot(headers["Return-Path"]))
            return SkipReason.RobotSender;
        MailDomain.TryNormalize(from.Domain, out var domain);
        if (IsOurs($"{from.LocalPart}@{domain}", domain) || IsOurAddress(envelope.Sender) || IsOurAddress(headers["Return-Path"]))
            return SkipReason.OwnAddress;
        if (MailDomain.IsWithin(domain, settings.BlockedDomains))
            return SkipReason.BlockedDomain;
        var now = (clock ?? TimeProvider.System).GetUtcNow();
        if (settings.MaxRequestAge is { } maxAge && MessageTimes.Of(headers).WasOlder(maxAge, now))
            return SkipReason.Stale;
        request = new Request(from, headers["Subject"] ?? "", headers["Message-Id"], References(headers))
        {
            Authentication = Authenticate(headers, domain, now),
        };
        return null;
    }

    private AuthenticationVerdict Authenticate(HeaderList headers, string domain, DateTimeOffset now)
    {
        var verdict = AuthenticationEvidence.Weigh(headers, domain, settings.AuthservId);
        return !verdict.IsOpen || MessageTimes.Of(headers).CameWithin(MaxWait, now) ? verdict : verdict.Settled;
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
    /// Whether a reply can reach the address without SMTPUTF8 (RFC 6531), which neither SES nor most mail systems
    /// offer: a local part of printable ASCII, at most 64 long, and a fully qualified domain. What stands partly in
    /// quotes is obsolete (RFC 5322, section 4.4), has no form in SMTP, and is not read alike by everybody.
    /// </summary>
    private static bool CanBeAnswered(string address)
    {
        var at = address.LastIndexOf('@');
        return at is > 0 and <= 64 && address.Length <= 254
            && !address.AsSpan(0, at).ContainsAnyExceptInRange('!', '~')
            && HasFormInSmtp(address.AsSpan(0, at))
            && MailDomain.TryNormalize(address[(at + 1)..], out _);
    }

    /// <summary>Without quotes, or one quoted string (RFC 5321, section 4.1.2).</summary>
    private static bool HasFormInSmtp(ReadOnlySpan<char> localPart)
    {
        if (localPart[0] != '"')
            return !localPart.Contains('"');
        for (var i = 1; i < localPart.Length; i++)
        {
            if (localPart[i] == '\\')
                i++;
            else if (localPart[i] == '"')
                return i == localPart.Length - 1;
        }

        return false;
    }

    private bool IsOurs(string address, string domain) => IsOurAddress(address) || settings.OwnDomains.Contains(domain);

    /// <summary>
    /// Of envelope senders only the address counts: a forwarder on one of our domains rewrites other people's senders
    /// to that domain (SRS).
    /// </summary>
    private bool IsOurAddress(string? address)
    {
        if (address is null)
            return false;
        var bare = BareAddress(address);
        return bare.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase)
            || bare.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase);
    }

    private bool IsOurs(string loopValue)
    {
        foreach (var word in loopValue.Split([' ', '\t', ',', ';', '<', '>'], StringSplitOptions.RemoveEmptyEntries))
        {
            var at = word.LastIndexOf('@');
            if (at > 0 && MailDomain.TryNormalize(word[(at + 1)..], out var domain) && IsOurs(word, domain))
                return true;
        }

        return false;
    }

    private static bool IsNullSender(string? sender)
    {
        if (sender is null)
            return false;
        var address = BareAddress(sender);
        return address.Length == 0
            || address.Equals("MAILER-DAEMON", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("MAILER-DAEMON@", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsRobot(string? address)
    {
        if (address is null)
            return false;
        var bare = BareAddress(address);
        var at = bare.LastIndexOf('@');
        return RobotLocalPart.Matches(at < 0 ? bare : bare[..at]);
    }

    /// <summary>What stands between the angle brackets, or all of it.</summary>
    private static string BareAddress(string text)
    {
        var open = text.LastIndexOf('<');
        var close = text.IndexOf('>', open + 1);
        return (open >= 0 && close > open ? text[(open + 1)..close] : text).Trim();
    }

    private static List<string> References(HeaderList headers)
    {
        var references = new List<string>();
        foreach (var id in MimeKit.Utils.MimeUtils.EnumerateReferences(headers["References"] ?? headers["In-Reply-To"] ?? ""))
            references.Add(id);
        return references;
    }
}
