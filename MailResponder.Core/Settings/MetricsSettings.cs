using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>What is measured, and where it goes.</summary>
internal sealed record MetricsSettings
{
    /// <summary>
    /// In a folder that only root can write to: the command runs as root, because only root can read the log.
    /// </summary>
    public const string DefaultState = "/var/lib/mail_responder-metrics";

    /// <summary>Null: nothing is put into CloudWatch.</summary>
    public AwsConnection? CloudWatch { get; init; }

    /// <summary>The namespace of our own metrics in CloudWatch.</summary>
    public string Namespace { get; init; } = "MailResponder";

    /// <summary>A requested address with fewer answers between two runs is counted with the others.</summary>
    public int Threshold { get; init; } = 5;

    /// <summary>Folder of what one run leaves for the next.</summary>
    public string State { get; init; } = DefaultState;
}
