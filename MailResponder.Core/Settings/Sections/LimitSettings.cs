namespace MailResponder.Settings;

/// <summary>
/// Limits on the number of answered messages, in addition to the quota of each requester. Null means no limit.
/// </summary>
internal sealed record LimitSettings
{
    /// <summary>
    /// Providers with so many users that a common limit for all of them would be either useless or unfair.
    /// </summary>
    public static readonly IReadOnlyList<string> StandardLargeDomains =
    [
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "tutanota.com", "gmx.com",
        "gmx.net", "gmx.de", "web.de", "mail.com", "zoho.com", "fastmail.com", "mail.ru", "yandex.ru", "yandex.com",
        "rambler.ru", "qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net", "chmail.ir",
    ];

    /// <summary>
    /// The standard limits of a domain. They are more than the requests from a domain that is not large, but less than
    /// a forger wants to send.
    /// </summary>
    public const long StandardDomainPerMinute = 60, StandardDomainPerDay = 2000;

    private const long Most = 1_000_000_000;

    /// <summary>The maximum number of messages from one domain that are answered in a minute of the clock.</summary>
    public long? DomainPerMinute { get; init; } = StandardDomainPerMinute;

    /// <summary>The maximum number of messages from one domain that are answered in a day, UTC.</summary>
    public long? DomainPerDay { get; init; } = StandardDomainPerDay;

    /// <summary>The maximum number of messages that the service answers in a minute of the clock.</summary>
    public long? ServicePerMinute { get; init; }

    public long? ServicePerDay { get; init; }

    /// <summary>Domains, including subdomains, to which the limits of a domain do not apply.</summary>
    public IReadOnlyList<string> LargeDomains { get; init; } = StandardLargeDomains;

    public WhenReached WhenReached { get; init; }

    public bool HasForDomains => DomainPerMinute is not null || DomainPerDay is not null;

    public bool HasForService => ServicePerMinute is not null || ServicePerDay is not null;

    /// <summary>The limits for a requester to whom those of a domain do not apply.</summary>
    public LimitSettings ForService => this with { DomainPerMinute = null, DomainPerDay = null };

    /// <summary>
    /// Reads the section <c>limits</c>. By default, a domain has the standard limits and the service has none.
    /// </summary>
    /// <param name="values">All settings of the file.</param>
    public static LimitSettings Read(SettingsSection values)
    {
        if (values.Section("limits", ["domain_per_minute", "domain_per_day", "large_domains", "service_per_minute",
            "service_per_day", "when_reached"]) is not { } section)
        {
            return new LimitSettings();
        }

        var limits = new LimitSettings
        {
            DomainPerMinute = Limit("domain_per_minute", StandardDomainPerMinute),
            DomainPerDay = Limit("domain_per_day", StandardDomainPerDay),
            ServicePerMinute = Limit("service_per_minute", 0),
            ServicePerDay = Limit("service_per_day", 0),
            LargeDomains = section.Has("large_domains") ? section.Domains("large_domains") : StandardLargeDomains,
            WhenReached = section.Choice("when_reached", WhenReached.Defer),
        };
        if (limits.DomainPerMinute > limits.DomainPerDay)
            WarnOfMore("domain_per_minute", "domain_per_day");
        if (limits.ServicePerMinute > limits.ServicePerDay)
            WarnOfMore("service_per_minute", "service_per_day");
        if (section.Has("large_domains") && !limits.HasForDomains)
            section.Warn("large_domains", "has no effect without domain_per_minute or domain_per_day");
        if (section.Has("when_reached") && !limits.HasForDomains && !limits.HasForService)
            section.Warn("when_reached", "has no effect without a limit");
        return limits;

        // Returns null for 0, which means no limit.
        long? Limit(string name, long standard) =>
            section.Number(name, standard, 0, Most) is var limit and > 0 ? limit : null;

        void WarnOfMore(string minute, string day)
        {
            if (section.Has(minute))
                section.Warn(minute, $"is more than {day}, and so is never reached");
            else
                section.Warn(day, $"is less than {minute}, which is never reached");
        }
    }
}

/// <summary>What happens to a message over a limit.</summary>
internal enum WhenReached
{
    Defer,
    Drop,
}

/// <summary>The limits in addition to the quota of a requester.</summary>
internal enum Limit
{
    DomainPerMinute,
    DomainPerDay,
    ServicePerMinute,
    ServicePerDay,
}
