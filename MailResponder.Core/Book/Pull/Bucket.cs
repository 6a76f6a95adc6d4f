using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Reads objects from S3. Failures come as faults in the operator's words, never as the service's own text.
/// </summary>
internal sealed class Bucket : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly Deadline _deadline;
    private readonly long _maxFileBytes;

    /// <param name="s3">Where it is, and by whose right it is read.</param>
    /// <param name="deadline">That of the whole work, of which some is left when S3 hangs.</param>
    /// <exception cref="ResponderException">The credentials file or the roots cannot be used.</exception>
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

    /// <summary>Fetches an object into a file, unless it still has the given ETag.</summary>
    /// <param name="bucket">The bucket's name, perhaps with a key prefix: <c>bucket/prefix</c>.</param>
    /// <param name="file">The key, below the prefix.</param>
    /// <param name="knownETag">Null: fetch in any case.</param>
    /// <param name="path">The file to write; it is complete when this returns, and not there when this throws.</param>
    /// <param name="maxBytes">Of an object of this kind; null: as the settings say.</param>
    /// <returns>Null when the object has not changed.</returns>
    /// <exception cref="ResponderException">
    /// There is no such object, or it is too large (<see cref="Cause.Attachment"/>); S3 cannot be asked, or what came
    /// is not whole (<see cref="Cause.S3"/>).
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
            return Store(
                response, path, new FileRoom(path, maxBytes ?? _maxFileBytes, maxBytes is not null), timeout.Token);
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
            // An answer may come without its length.
            room.Check(length);
            hash.AppendData(buffer, 0, count);
            output.Write(buffer, 0, count);
        }

        output.Flush(flushToDisk: true);
        return length != response.ContentLength ? throw new EndOfStreamException()
            : new FetchedFile(response.ETag, Convert.ToHexStringLower(hash.GetHashAndReset()));
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

/// <summary>
/// A file of the cache and what S3 said of it. Kept beside the cache, so that unchanged files are not fetched again.
/// </summary>
/// <param name="ETag">S3's name for this version; not a checksum when the file was uploaded in parts.</param>
/// <param name="Sha256">
/// Of the content, hexadecimal: a cached file that was changed or damaged is fetched again.
/// </param>
/// <param name="UnusedSince">Unix seconds since when the book no longer names it; 0 while it does.</param>
internal sealed record FetchedFile(string ETag, string Sha256, long UnusedSince = 0);
