using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Reads objects from S3. The messages of its exceptions are written for the operator and never contain the service's
/// own text.
/// </summary>
internal sealed class Bucket : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly Deadline _deadline;
    private readonly long _maxFileBytes;

    /// <summary>Creates the S3 client.</summary>
    /// <param name="s3">The settings of S3, with the credentials.</param>
    /// <param name="deadline">
    /// The deadline of the whole task. Only part of the remaining time is used, so that some is left if S3 hangs.
    /// </param>
    /// <exception cref="ResponderException">The credentials file or the root certificates cannot be used.</exception>
    public Bucket(S3Settings s3, Deadline deadline)
    {
        _deadline = new Deadline(TimeProvider.System, deadline.ForOneCall);
        var config = new AmazonS3Config { ForcePathStyle = s3.Endpoint is not null };
        s3.Configure(config);
        config.MaxErrorRetry = 2;
        _client = s3.CredentialsFile is null ? new AmazonS3Client(config)
            : new AmazonS3Client(CredentialsFile.Read(s3.CredentialsFile, s3.Profile), config);
        _maxFileBytes = s3.MaxFileBytes;
    }

    /// <summary>Downloads an object into a file, unless it still has the given ETag.</summary>
    /// <param name="bucket">The name of the bucket, optionally with a key prefix: <c>bucket/prefix</c>.</param>
    /// <param name="file">The key of the object, relative to the prefix.</param>
    /// <param name="knownETag">The ETag of the version that the caller has. Null: download in any case.</param>
    /// <param name="path">The file to write. It is complete when this returns a file.</param>
    /// <param name="maxBytes">The fixed size limit for this kind of file. Null: the limit in the settings.</param>
    /// <returns>The ETag and hash of the downloaded file. Null if the object has not changed.</returns>
    /// <exception cref="ResponderException">
    /// The object does not exist or is too large (<see cref="Cause.Attachment"/>), or S3 cannot be reached, refuses, or
    /// did not send the whole object (<see cref="Cause.S3"/>).
    /// </exception>
    public FetchedFile? Fetch(string bucket, string file, string? knownETag, string path, long? maxBytes = null)
    {
        var slash = bucket.IndexOf('/');
        var request = new GetObjectRequest
        {
            BucketName = slash < 0 ? bucket : bucket[..slash],
            Key = slash < 0 ? file : bucket[(slash + 1)..] + "/" + file,
            EtagToNotMatch = knownETag,
        };
        using var timeout = new CancellationTokenSource(_deadline.Remaining);
        try
        {
            using var response = _client.GetObjectAsync(request, timeout.Token).GetAwaiter().GetResult();
            var room = new FileRoom(Path.GetDirectoryName(path)!, maxBytes ?? _maxFileBytes, maxBytes is not null);
            return Store(response, path, room, timeout.Token);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotModified)
        {
            return null;
        }
        catch (Exception exception)
        {
            FileTrouble.Try(() => File.Delete(path));
            var problem = (exception as ResponderException)?.Message
                ?? S3Trouble.Describe(exception, timeout.IsCancellationRequested);
            var cause = exception is ResponderException || S3Trouble.IsMissing(exception) ? Cause.Attachment : Cause.S3;
            throw new ResponderException(cause, $"s3://{request.BucketName}/{request.Key}: {problem}", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private static FetchedFile Store(
        GetObjectResponse response, string path, FileRoom room, CancellationToken cancellation)
    {
        room.Check(response.ContentLength);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = new byte[1 << 16];
        long length = 0;
        while (Read(response.ResponseStream, buffer, cancellation) is > 0 and var count)
        {
            length += count;
            // Check again: the server may have sent no length or a wrong one.
            room.Check(length);
            hash.AppendData(buffer, 0, count);
            output.Write(buffer, 0, count);
        }

        output.Flush(flushToDisk: true);
        return length != response.ContentLength ? throw new EndOfStreamException()
            : new FetchedFile(response.ETag, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Reads from the network. A failure is distinguished from one of the disk by its exception.</summary>
    /// <exception cref="EndOfStreamException">
    /// The connection broke. A failure of the disk is another IOException.
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

/// <summary>
/// The recorded state of a file of the cache. It is stored with the cache, so that unchanged files are not downloaded
/// again.
/// </summary>
/// <param name="ETag">
/// The ETag that identifies this version in S3. It is not a checksum if the file was uploaded in parts.
/// </param>
/// <param name="Sha256">
/// The SHA-256 of the content in hexadecimal digits. A cached file that was changed or damaged is downloaded again.
/// </param>
/// <param name="UnusedSince">
/// When a pull first found that the book no longer names the file, in Unix seconds. 0 while the book names it.
/// </param>
internal sealed record FetchedFile(string ETag, string Sha256, long UnusedSince = 0);
