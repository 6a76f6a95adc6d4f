using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace MailResponder.Tests.S3;

/// <summary>A third-party S3 server: the npm package s3rver, started privately on its own port.</summary>
public sealed class S3Server : IDisposable
{
    public const string AccessKey = "S3RVER";
    public const string SecretKey = "S3RVER";
    private readonly string _folder = Directory.CreateTempSubdirectory("responder-s3-").FullName;
    private readonly int _port = Loopback.FreePort();
    private readonly Process _process;

    public S3Server()
    {
        var start = new ProcessStartInfo("node", [
            NpmPackage.PathTo("s3rver/bin/s3rver.js"), "-d", _folder, "-a", "127.0.0.1",
            "-p", _port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--no-vhost-buckets", "--silent"])
        {
            WorkingDirectory = _folder,
        };
        _process = Process.Start(start)!;
        Patience.Until("s3rver listens", () => Loopback.Listens(_port));
        Client = new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey),
            new AmazonS3Config { ServiceURL = Endpoint, ForcePathStyle = true });
    }

    public string Endpoint => $"http://127.0.0.1:{_port}";

    /// <summary>The client with which tests put objects.</summary>
    public AmazonS3Client Client { get; }

    public void MakeBucket(string bucket) => Client.PutBucketAsync(bucket).GetAwaiter().GetResult();

    public void Put(string bucket, string key, byte[] content) => Client.PutObjectAsync(new PutObjectRequest
    {
        BucketName = bucket,
        Key = key,
        InputStream = new MemoryStream(content),
        UseChunkEncoding = false,
    }).GetAwaiter().GetResult();

    /// <summary>Uploads in parts of 5 MB, so that the ETag is not an MD5 hash.</summary>
    public void PutInParts(string bucket, string key, byte[] content)
    {
        const int partSize = 5 * 1024 * 1024;
        var upload = Client.InitiateMultipartUploadAsync(bucket, key).GetAwaiter().GetResult();
        var parts = new List<PartETag>();
        for (var at = 0; at < content.Length; at += partSize)
        {
            var part = Client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = bucket,
                Key = key,
                UploadId = upload.UploadId,
                PartNumber = parts.Count + 1,
                InputStream = new MemoryStream(content, at, Math.Min(partSize, content.Length - at)),
                UseChunkEncoding = false,
            }).GetAwaiter().GetResult();
            parts.Add(new PartETag(parts.Count + 1, part.ETag));
        }

        Client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = bucket,
            Key = key,
            UploadId = upload.UploadId,
            PartETags = parts,
        }).GetAwaiter().GetResult();
    }

    public void Delete(string bucket, string key) => Client.DeleteObjectAsync(bucket, key).GetAwaiter().GetResult();

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
