using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>How the metrics are counted, and where they are sent.</summary>
internal sealed record MetricsSettings
{
    /// <summary>
    /// The default of <see cref="State"/>. Only root can write there: the command runs as root, because only root can
    /// read the log.
    /// </summary>
    public const string DefaultState = "/var/lib/mail_responder-metrics";

    private const int MaxNamespaceLength = 255;

    /// <summary>Settings that have no effect without CloudWatch.</summary>
    private static readonly string[] OfCloudWatch = ["endpoint", "credentials_file", "profile", "namespace"];

    /// <summary>The connection to CloudWatch. Null if no metrics are sent there.</summary>
    public AwsConnection? CloudWatch { get; init; }

    /// <summary>The namespace of our own metrics in CloudWatch.</summary>
    public string Namespace { get; init; } = "MailResponder";

    /// <summary>
    /// A requested address with fewer answers than this between two runs is counted together with other such addresses.
    /// </summary>
    public int Threshold { get; init; } = 5;

    /// <summary>The folder in which one run leaves data for the next.</summary>
    public string State { get; init; } = DefaultState;

    /// <summary>Reads the section <c>metrics</c>. Null if the settings have none.</summary>
    /// <param name="values">All settings of the file.</param>
    /// <param name="roots">The file of the certificate authorities that are trusted for CloudWatch.</param>
    public static MetricsSettings? Read(SettingsSection values, string roots) =>
        values.Section("metrics", [.. AwsSection.Names, "namespace", "threshold", "state"]) is not { } section ? null
        : new MetricsSettings
        {
            CloudWatch = ReadCloudWatch(section, roots),
            Namespace = ReadNamespace(section),
            // A threshold of 1 would reveal a single person's request.
            Threshold = (int)section.Number("threshold", 5, 2, 1_000_000),
            State = section.FilePath("state", DefaultState),
        };

    private static AwsConnection? ReadCloudWatch(SettingsSection section, string roots)
    {
        var region = section.Text("region", required: Array.Exists(OfCloudWatch, section.Has));
        if (region.Length > 0 && !AwsRegion.IsName(region))
            section.Add("region", $"\"{region}\" is not an AWS region; write it like \"eu-west-1\"");
        var connection = AwsSection.Read(section, new AwsConnection("metrics", region), roots);
        return region.Length == 0 ? null : connection;
    }

    private static string ReadNamespace(SettingsSection section)
    {
        var name = section.Text("namespace", "MailResponder");
        if (name.Length > MaxNamespaceLength
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '#' or ':'))
            section.Add("namespace", $"\"{name}\" is not valid in CloudWatch; use 1 to 255 of A-Z a-z 0-9 . - _ / # :");
        else if (name.StartsWith("AWS/", StringComparison.OrdinalIgnoreCase))
            section.Add("namespace", $"\"{name}\": names that begin with AWS/ are reserved by Amazon");
        return name;
    }
}
