using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>How replies are handed to Amazon SES.</summary>
internal sealed record SesSettings
{
    /// <summary>An AWS region, like eu-west-1.</summary>
    public required string Region { get; init; }

    /// <summary>Null: the region's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An AWS credentials file (INI). Null: environment, container or instance role.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The file of the authorities that may vouch for SES.</summary>
    public string Roots { get; init; } = AwsConnection.DefaultRoots;

    /// <summary>Where the credentials of an instance role are kept from message to message. Null: nowhere.</summary>
    public string? RoleFile { get; init; }

    /// <summary>The section of the credentials file.</summary>
    public string Profile { get; init; } = "default";

    /// <summary>Null: the account's default.</summary>
    public string? ConfigurationSet { get; init; }

    /// <summary>Names and values under which SES counts events.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];
}
