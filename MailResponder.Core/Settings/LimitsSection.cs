namespace MailResponder.Settings;

/// <summary>Reads the setting <c>limits</c>.</summary>
internal static class LimitsSection
{
    public static readonly string[] Names =
    [
        "domain_per_minute", "domain_per_day", "large_domains", "service_per_minute", "service_per_day", "when_reached",
    ];

    private const long Most = 1_000_000_000;

    /// <param name="section">Null: the standard limits of a domain, and none for the service.</param>
    /// <param name="domains">Reads the list of that name.</param>
    public static LimitSettings Read(
        SettingsSection? section, Func<SettingsSection, string, IReadOnlyList<string>> domains)
    {
        if (section is null)
            return new LimitSettings();
        var limits = new LimitSettings
        {
            DomainPerMinute = Limit(section, "domain_per_minute", LimitSettings.StandardDomainPerMinute),
            DomainPerDay = Limit(section, "domain_per_day", LimitSettings.StandardDomainPerDay),
            ServicePerMinute = Limit(section, "service_per_minute", 0),
            ServicePerDay = Limit(section, "service_per_day", 0),
            LargeDomains = section.Has("large_domains")
                ? domains(section, "large_domains") : LimitSettings.StandardLargeDomains,
            WhenReached = section.Choice("when_reached", WhenReached.Defer),
        };
        WarnOfNoUse(section, limits);
        return limits;
    }

    /// <summary>Null for 0, which is no limit.</summary>
    private static long? Limit(SettingsSection section, string name, long standard) =>
        section.Number(name, standard, 0, Most) is var limit and > 0 ? limit : null;

    private static void WarnOfNoUse(SettingsSection section, LimitSettings limits)
    {
        if (limits.DomainPerMinute > limits.DomainPerDay)
            WarnOfMore(section, "domain_per_minute", "domain_per_day");
        if (limits.ServicePerMinute > limits.ServicePerDay)
            WarnOfMore(section, "service_per_minute", "service_per_day");
        if (section.Has("large_domains") && !limits.HasForDomains)
            section.Warn(section.LineOf("large_domains"), "large_domains",
                "is not looked at without domain_per_minute or domain_per_day");
        if (section.Has("when_reached") && !limits.HasForDomains && !limits.HasForService)
            section.Warn(section.LineOf("when_reached"), "when_reached", "is not looked at without a limit");
    }

    private static void WarnOfMore(SettingsSection section, string minute, string day) =>
        section.Warn(section.LineOf(section.Has(minute) ? minute : day), section.Has(minute) ? minute : day,
            section.Has(minute) ? $"is more than {day}, and is never reached"
                : $"is less than {minute}, which is never reached");
}
