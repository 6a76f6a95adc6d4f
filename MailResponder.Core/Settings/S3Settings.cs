using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>
/// Where the response book and its attachments are pulled from. With an endpoint of one's own, the server takes the
/// bucket in the path.
/// </summary>
/// <param name="Region">The buckets' region, like eu-west-1.</param>
/// <param name="BookBucket">The bucket of the response book; may carry a key prefix: <c>bucket/prefix</c>.</param>
/// <param name="BookKey">The response book's key in it.</param>
internal sealed record S3Settings(string Region, string BookBucket, string BookKey) : AwsConnection("s3", Region)
{
    public const long StandardMaxFileBytes = 64 << 20;

    /// <summary>The longest object that is fetched.</summary>
    public long MaxFileBytes { get; init; } = StandardMaxFileBytes;
}
