using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads and checks the settings of Amazon SES.</summary>
internal static class SesSection
{
    public static readonly string[] Names =
        [.. AwsSection.Names, "configuration_set", "tags"];

    /// <summary>The limit of Amazon SES for names and values of tags; names of configuration sets have 64.</summary>
    private const int MaxTagLength = 256;
    private const int MaxConfigurationSetLength = 64;

    /// <summary>Regions in which Amazon SES sends mail, for faults only: a newer one is taken as it is.</summary>
    private static readonly string[] Regions =
    [
        "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
        "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ca-central-1", "ca-west-1",
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3",
        "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1",
        "us-gov-west-1", "us-west-1", "us-west-2",
    ];

    /// <param name="section">Null: the settings have none.</param>
    /// <param name="filePath">Makes a path absolute.</param>
    /// <param name="roots">The file of the authorities that may vouch for SES.</param>
    public static SesSettings? Read(SettingsSection? section, Func<string, string> filePath, string roots) =>
        section is null ? null : AwsSection.Read(section, new SesSettings
        {
            Region = Region(section),
            ConfigurationSet = ConfigurationSet(section),
            Tags = Tags(section),
        }, filePath, roots);

    private static string Region(SettingsSection section)
    {
        var region = section.Text("region", required: true);
        if (region.Length == 0 || Regions.Contains(region))
            return region;
        var nearest = Words.Nearest(region, Regions);
        var line = section.LineOf("region");
        var hint = nearest is null ? "" : $"; did you mean \"{nearest}\"?";
        if (!AwsRegion.IsName(region))
            section.Add(line, "region", $"\"{region}\" is not an AWS region; write it like \"eu-west-1\"{hint}");
        else if (nearest is not null)
            section.Warn(line, "region", $"\"{region}\" is not among the regions known to have Amazon SES{hint}");
        return region;
    }

    private static string? ConfigurationSet(SettingsSection section)
    {
        var name = section.Text("configuration_set");
        if (name.Length > 0 && !IsName(name, MaxConfigurationSetLength))
            section.Add(section.LineOf("configuration_set"), "configuration_set",
                NameFault(name, MaxConfigurationSetLength));
        return name.Length > 0 ? name : null;
    }

    private static List<KeyValuePair<string, string>> Tags(SettingsSection section)
    {
        var tags = new List<KeyValuePair<string, string>>();
        foreach (var (name, value, line) in section.Pairs("tags"))
        {
            if (!IsName(name, MaxTagLength))
                section.Add(line, "tags", NameFault(name, MaxTagLength));
            else if (!IsName(value, MaxTagLength))
                section.Add(line, "tags." + name, NameFault(value, MaxTagLength));
            tags.Add(new(name, value));
        }

        return tags;
    }

    private static bool IsName(string text, int maxLength) =>
        text.Length > 0 && text.Length <= maxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string NameFault(string text, int maxLength) =>
        $"\"{text}\" is not what SES takes: 1 to {maxLength} of A-Z a-z 0-9 _ -";
}
