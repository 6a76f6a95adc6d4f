using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>How replies are sent through Amazon SES.</summary>
internal sealed record SesSettings() : AwsConnection("ses", "")
{
    /// <summary>
    /// The limit of Amazon SES for the names and values of tags. For the names of configuration sets it is 64.
    /// </summary>
    private const int MaxTagLength = 256;
    private const int MaxConfigurationSetLength = 64;

    /// <summary>
    /// Regions in which Amazon SES sends mail. They are used only to find misspelled regions; a newer region is
    /// accepted.
    /// </summary>
    private static readonly string[] Regions =
    [
        "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
        "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ca-central-1", "ca-west-1",
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3",
        "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1",
        "us-gov-west-1", "us-west-1", "us-west-2",
    ];

    /// <summary>The configuration set of the replies. Null: the account's default.</summary>
    public string? ConfigurationSet { get; init; }

    /// <summary>The names and values under which SES counts events.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>Reads the section <c>ses</c>. Null if the settings have none.</summary>
    /// <param name="values">All settings of the file.</param>
    /// <param name="roots">The file of the certificate authorities that are trusted for SES.</param>
    public static SesSettings? Read(SettingsSection values, string roots)
    {
        if (values.Section("ses", [.. AwsSection.Names, "configuration_set", "tags"]) is not { } section)
            return null;
        var name = section.TextOrNull("configuration_set");
        if (name is not null && Problem(name, MaxConfigurationSetLength) is { } problem)
            section.Add("configuration_set", problem);
        return AwsSection.Read(section, new SesSettings
        {
            Region = ReadRegion(section),
            ConfigurationSet = name,
            Tags = ReadTags(section),
        }, roots);
    }

    private static string ReadRegion(SettingsSection section)
    {
        var region = section.Text("region", required: true);
        if (region.Length == 0 || Regions.Contains(region))
            return region;
        var nearest = Words.Nearest(region, Regions);
        var hint = nearest is null ? "" : $"; did you mean \"{nearest}\"?";
        if (!AwsRegion.IsName(region))
            section.Add("region", $"\"{region}\" is not an AWS region; write it like \"eu-west-1\"{hint}");
        else if (nearest is not null)
            section.Warn("region", $"\"{region}\" is not among the regions known to have Amazon SES{hint}");
        return region;
    }

    private static List<KeyValuePair<string, string>> ReadTags(SettingsSection section)
    {
        var tags = new List<KeyValuePair<string, string>>();
        foreach (var (name, value, line) in section.Pairs("tags"))
        {
            if (Problem(name, MaxTagLength) is { } ofName)
                section.Add(line, "tags", ofName);
            else if (Problem(value, MaxTagLength) is { } ofValue)
                section.Add(line, "tags." + name, ofValue);
            tags.Add(new(name, value));
        }

        return tags;
    }

    private static string? Problem(string text, int maxLength) => text.Length > 0 && text.Length <= maxLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? null
        : $"\"{text}\" is not valid in SES; use 1 to {maxLength} of A-Z a-z 0-9 _ -";
}
