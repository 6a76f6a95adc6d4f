namespace MimeKit;

/// <summary>Translates between header numbers and the names that stand in a message.</summary>
public static class HeaderIdExtensions
{
    // In the order of the enumeration.
    static readonly string[] Names =
    [
        "ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal", "Authentication-Results",
        "Auto-Submitted", "Bcc", "Cc", "Comments", "Content-Description", "Content-Disposition", "Content-Id",
        "Content-Language", "Content-Location", "Content-Transfer-Encoding", "Content-Type", "Date",
        "Disposition-Notification-To", "DKIM-Signature", "From", "Importance", "In-Reply-To", "Keywords",
        "List-Archive", "List-Help", "List-Id", "List-Owner", "List-Post", "List-Subscribe", "List-Unsubscribe",
        "Message-Id", "MIME-Version", "Organization", "Precedence", "Priority", "Received", "References",
        "Reply-To", "Resent-Bcc", "Resent-Cc", "Resent-Date", "Resent-From", "Resent-Message-Id",
        "Resent-Reply-To", "Resent-Sender", "Resent-To", "Return-Path", "Return-Receipt-To", "Sender",
        "Sensitivity", "Subject", "To", "User-Agent", "X-Mailer", "X-Priority",
    ];

    /// <summary>The field name as it is written into messages.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number stands for no name.</exception>
    public static string ToHeaderName(this HeaderId id) =>
        (uint)id < (uint)Names.Length ? Names[(int)id] : throw new ArgumentOutOfRangeException(nameof(id));

    /// <summary>The number of a field name in any case, or <see cref="HeaderId.Unknown"/>.</summary>
    internal static HeaderId ToHeaderId(this string name)
    {
        for (var i = 0; i < Names.Length; i++)
            if (string.Equals(Names[i], name, StringComparison.OrdinalIgnoreCase))
                return (HeaderId)i;
        return HeaderId.Unknown;
    }
}
