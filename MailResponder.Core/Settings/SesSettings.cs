using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>How replies are handed to Amazon SES.</summary>
internal sealed record SesSettings() : AwsConnection("ses", "")
{
    /// <summary>Null: the account's default.</summary>
    public string? ConfigurationSet { get; init; }

    /// <summary>Names and values under which SES counts events.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];
}
