using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Where the response book and its attachments are pulled from.</summary>
/// <param name="Region">The buckets' region, like eu-west-1.</param>
/// <param name="BookBucket">The bucket of the response book; may carry a key prefix: <c>bucket/prefix</c>.</param>
/// <param name="BookKey">The response book's key in it.</param>
internal sealed record S3Settings(string Region, string BookBucket, string BookKey)
{
    public const long StandardMaxFileBytes = 64 << 20;

    /// <summary>The longest object that is fetched.</summary>
    public long MaxFileBytes { get; init; } = StandardMaxFileBytes;

    /// <summary>Null: Amazon's own. Otherwise an S3 server that takes the bucket in the path.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The file of the authorities that may vouch for S3.</summary>
    public string Roots { get; init; } = AwsConnection.DefaultRoots;

    /// <summary>An INI file as `aws configure` writes it; null: environment, container or instance role.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The section of the credentials file.</summary>
    public string Profile { get; init; } = "default";
}
