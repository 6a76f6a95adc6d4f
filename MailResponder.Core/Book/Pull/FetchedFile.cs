namespace MailResponder.Book;

/// <summary>
/// A file of the cache and what S3 said of it. Kept beside the cache, so that unchanged files are not fetched again.
/// </summary>
/// <param name="ETag">S3's name for this version; not a checksum when the file was uploaded in parts.</param>
/// <param name="Sha256">
/// Of the content, hexadecimal: a cached file that was changed or damaged is fetched again.
/// </param>
/// <param name="UnusedSince">Unix seconds since when the book no longer names it; 0 while it does.</param>
internal sealed record FetchedFile(string ETag, string Sha256, long UnusedSince = 0);
