namespace MailResponder.Settings;

/// <summary>
/// How many messages are answered, beyond what a single requester gets; null where there is no limit.
/// </summary>
internal sealed record LimitSettings
{
    /// <summary>
    /// Providers with so many users that one limit for all of them would be either useless or unfair.
    /// </summary>
    public static readonly IReadOnlyList<string> StandardLargeDomains =
    [
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "tutanota.com", "gmx.com",
        "gmx.net", "gmx.de", "web.de", "mail.com", "zoho.com", "fastmail.com", "mail.ru", "yandex.ru", "yandex.com",
        "rambler.ru", "qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net", "chmail.ir",
    ];

    /// <summary>More people than write from a domain that is not large; fewer than a forger wants to reach.</summary>
    public const long StandardDomainPerMinute = 60, StandardDomainPerDay = 2000;

    /// <summary>Messages of requesters of one domain in a minute of the clock.</summary>
    public long? DomainPerMinute { get; init; } = StandardDomainPerMinute;

    /// <summary>In a day, UTC.</summary>
    public long? DomainPerDay { get; init; } = StandardDomainPerDay;

    /// <summary>All messages that are answered.</summary>
    public long? ServicePerMinute { get; init; }

    public long? ServicePerDay { get; init; }

    /// <summary>Domains, with those below them, that the limits of a domain do not apply to.</summary>
    public IReadOnlyList<string> LargeDomains { get; init; } = StandardLargeDomains;

    public WhenReached WhenReached { get; init; }

    public bool HasForDomains => DomainPerMinute is not null || DomainPerDay is not null;

    public bool HasForService => ServicePerMinute is not null || ServicePerDay is not null;

    /// <summary>What is left of them for a requester to whom those of a domain do not apply.</summary>
    public LimitSettings ForService => this with { DomainPerMinute = null, DomainPerDay = null };
}

/// <summary>What becomes of a message over a limit.</summary>
internal enum WhenReached
{
    Defer,
    Drop,
}

/// <summary>The limits beyond the single requester.</summary>
internal enum Limit
{
    DomainPerMinute,
    DomainPerDay,
    ServicePerMinute,
    ServicePerDay,
}
