using System.Net;
using System.Security.Cryptography;
using Amazon;
using Amazon.S3;
using Amazon.S3.Model;
using MailResponder.Settings;

namespace MailResponder.Responses;

/// <summary>Reads objects from S3. Failures come as faults in the operator's words, never as the service's own text.</summary>
internal sealed class Bucket : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly Deadline _deadline;

    /// <param name="s3">Where it is, and by whose right it is read.</param>
    /// <param name="deadline">That of the whole work, of which some is left when S3 hangs.</param>
    /// <exception cref="ResponderException">The credentials file cannot be used.</exception>
    public Bucket(S3Settings s3, Deadline deadline)
    {
        _deadline = new Deadline(TimeProvider.System, deadline.ForOneCall);
        var config = new AmazonS3Config { MaxErrorRetry = 2, AuthenticationRegion = s3.Region };
        AwsConnection.SpeakDirectly(config, () => _deadline.Remaining);
        if (s3.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(s3.Region);
        }
        else
        {
            config.ServiceURL = s3.Endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
        }

        _client = s3.CredentialsFile is null ? new AmazonS3Client(config) : new AmazonS3Client(CredentialsFile.Read(s3.CredentialsFile, s3.Profile), config);
    }

    /// <summary>
    /// Fetches an object into a file, unless it still has the given ETag.
    /// </summary>
    /// <param name="bucket">The bucket's name, perhaps with a key prefix: <c>bucket/prefix</c>.</param>
    /// <param name="file">The key, below the prefix.</param>
    /// <param name="knownETag">Null: fetch in any case.</param>
    /// <param name="path">The file to write; it is complete when this returns.</param>
    /// <returns>Null when the object has not changed.</returns>
    /// <exception cref="ResponderException">
    /// There is no such object (<see cref="Cause.Attachment"/>); S3 cannot be asked, or what came is not whole
    /// (<see cref="Cause.S3"/>).
    /// </exception>
    public FetchedFile? Fetch(string bucket, string file, string? knownETag, string path)
    {
        var slash = bucket.IndexOf('/');
        var request = new GetObjectRequest
        {
            BucketName = slash < 0 ? bucket : bucket[..slash],
            Key = slash < 0 ? file : bucket[(slash + 1)..] + "/" + file,
            EtagToNotMatch = knownETag,
        };
        // Not disposed: the alarm may be about to ring when the call ends.
        var timeout = new CancellationTokenSource();
        using var alarm = new Alarm(timeout.Cancel, _deadline.Remaining);
        try
        {
            using var response = _client.GetObjectAsync(request, timeout.Token).GetAwaiter().GetResult();
            return Store(response, path, timeout.Token);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotModified)
        {
            return null;
        }
        catch (Exception exception)
        {
            var problem = S3Trouble.Describe(exception, timeout.IsCancellationRequested);
            var cause = S3Trouble.IsMissing(exception) ? Cause.Attachment : Cause.S3;
            throw new ResponderException(cause, $"s3://{request.BucketName}/{request.Key}: {problem}", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private static FetchedFile Store(GetObjectResponse response, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        using (var output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var buffer = new byte[1 << 16];
            int count;
            while ((count = Read(response.ResponseStream, buffer, cancellation)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                output.Write(buffer, 0, count);
                length += count;
            }

            output.Flush(flushToDisk: true);
        }

        if (length != response.ContentLength)
            throw new EndOfStreamException();
        return new FetchedFile(response.ETag, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <exception cref="EndOfStreamException">
    /// The connection was cut. The disk fails with another IOException.
    /// </exception>
    private static int Read(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return body.ReadAsync(buffer, cancellation).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException exception)
        {
            throw new EndOfStreamException(null, exception);
        }
    }
}
