using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>
/// Where the response book and its attachments are pulled from. If an endpoint is set, requests name the bucket in the
/// path.
/// </summary>
/// <param name="Region">The region of the buckets, like eu-west-1.</param>
/// <param name="BookBucket">The bucket of the response book. It may include a key prefix: <c>bucket/prefix</c>.</param>
/// <param name="BookKey">The key of the response book in the bucket.</param>
internal sealed record S3Settings(string Region, string BookBucket, string BookKey) : AwsConnection("s3", Region)
{
    public const long StandardMaxFileBytes = 64 << 20;

    /// <summary>The size of the largest object that is fetched.</summary>
    public long MaxFileBytes { get; init; } = StandardMaxFileBytes;

    /// <summary>Reads the section <c>s3</c>. Null if the settings have none.</summary>
    /// <param name="values">All settings of the file.</param>
    /// <param name="roots">The file of the certificate authorities that are trusted for S3.</param>
    public static S3Settings? Read(SettingsSection values, string roots) =>
        values.Section("s3", [.. AwsSection.Names, "book_bucket", "book_key", "max_file_bytes"]) is not { } section
        ? null
        : AwsSection.Read(section, new S3Settings(ReadRegion(section),
            section.Text("book_bucket", required: true), section.Text("book_key", required: true))
        {
            MaxFileBytes = section.Number("max_file_bytes", StandardMaxFileBytes, 1024, 1L << 40),
        }, roots);

    /// <summary>
    /// Reads the region. Other servers than Amazon's have regions like "auto", so only what is needed for the name of a
    /// host is checked.
    /// </summary>
    private static string ReadRegion(SettingsSection section)
    {
        var region = section.Text("region", required: true);
        if (region.Length > 0 && !AwsRegion.IsPartOfHostName(region))
            section.Add("region", $"\"{region}\" is not a region; write it like \"eu-west-1\", without spaces");
        return region;
    }
}
