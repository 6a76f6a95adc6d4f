namespace MailResponder.Settings;

/// <summary>Reads the setting <c>limits</c>.</summary>
internal static class LimitsSection
{
    public static readonly string[] Names =
        ["domain_per_minute", "domain_per_day", "large_domains", "service_per_minute", "service_per_day", "when_reached"];

    private const long Most = 1_000_000_000;

    /// <param name="section">Null: there are no limits.</param>
    /// <param name="domains">Reads the list of that name.</param>
    public static LimitSettings Read(SettingsSection? section, Func<SettingsSection, string, IReadOnlyList<string>> domains)
    {
        if (section is null)
            return LimitSettings.None;
        var limits = new LimitSettings
        {
            DomainPerMinute = Limit(section, "domain_per_minute"),
            DomainPerDay = Limit(section, "domain_per_day"),
            ServicePerMinute = Limit(section, "service_per_minute"),
            ServicePerDay = Limit(section, "service_per_day"),
            LargeDomains = section.Has("large_domains") ? domains(section, "large_domains") : LimitSettings.StandardLargeDomains,
            WhenReached = section.Choice("when_reached", Array.ConvertAll(Enum.GetNames<WhenReached>(), name => name.ToLowerInvariant()),
                Enum.TryParse, WhenReached.Defer),
        };
        WarnOfNoUse(section, limits);
        return limits;
    }

    private static long? Limit(SettingsSection section, string name) =>
        section.Has(name) ? section.Number(name, 1, 1, Most) : null;

    private static void WarnOfNoUse(SettingsSection section, LimitSettings limits)
    {
        if (limits.DomainPerMinute > limits.DomainPerDay)
            WarnOfMore(section, "domain_per_minute", "domain_per_day");
        if (limits.ServicePerMinute > limits.ServicePerDay)
            WarnOfMore(section, "service_per_minute", "service_per_day");
        if (section.Has("large_domains") && !limits.HasForDomains)
            section.Warn(section.LineOf("large_domains"), "large_domains", "is not looked at without domain_per_minute or domain_per_day");
        if (section.Has("when_reached") && !limits.HasForDomains && !limits.HasForService)
            section.Warn(section.LineOf("when_reached"), "when_reached", "is not looked at without a limit");
    }

    private static void WarnOfMore(SettingsSection section, string minute, string day) =>
        section.Warn(section.LineOf(minute), minute, $"is more than {day}, and is never reached");
}
