using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads and checks the settings of the metrics.</summary>
internal static class MetricsSection
{
    public static readonly string[] Names =
        [.. AwsSection.Names, "namespace", "threshold", "state"];

    /// <summary>Settings that mean nothing without CloudWatch.</summary>
    private static readonly string[] OfCloudWatch = ["endpoint", "credentials_file", "profile", "namespace"];

    private const int MaxNamespaceLength = 255;

    /// <param name="section">Null: the settings have none.</param>
    /// <param name="filePath">Makes a path absolute.</param>
    /// <param name="roots">The file of the authorities that may vouch for CloudWatch.</param>
    public static MetricsSettings? Read(SettingsSection? section, Func<string, string> filePath, string roots) =>
        section is null ? null : new MetricsSettings
        {
            CloudWatch = CloudWatch(section, filePath, roots),
            Namespace = Namespace(section),
            Threshold = (int)section.Number("threshold", 5, 1, 1_000_000),
            State = filePath(section.Text("state", MetricsSettings.DefaultState)),
        };

    private static AwsConnection? CloudWatch(SettingsSection section, Func<string, string> filePath, string roots)
    {
        var region = section.Text("region", required: Array.Exists(OfCloudWatch, section.Has));
        if (region.Length > 0 && !AwsRegion.IsName(region))
            section.Add(section.LineOf("region"), "region",
                $"\"{region}\" is not an AWS region; write it like \"eu-west-1\"");
        var connection = AwsSection.Read(section, new AwsConnection("metrics", region), filePath, roots);
        return region.Length == 0 ? null : connection;
    }

    private static string Namespace(SettingsSection section)
    {
        var name = section.Text("namespace", "MailResponder");
        if (name.Length > MaxNamespaceLength
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '#' or ':'))
        {
            section.Add(section.LineOf("namespace"), "namespace",
                $"\"{name}\" is not what CloudWatch takes: 1 to 255 of A-Z a-z 0-9 . - _ / # :");
        }
        else if (name.StartsWith("AWS/", StringComparison.OrdinalIgnoreCase))
        {
            section.Add(section.LineOf("namespace"), "namespace",
                $"\"{name}\": names that begin with AWS/ are Amazon's own");
        }

        return name;
    }
}
