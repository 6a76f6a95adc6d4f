namespace MailResponder.Book;

/// <param name="Bucket">The S3 bucket, or folder below the files root.</param>
/// <param name="File">Its name in the bucket.</param>
/// <param name="ShownName">The name that the requester sees.</param>
/// <param name="Line">Where it stands in the response book.</param>
internal sealed record ResponseAttachment(string Bucket, string File, string ShownName, int Line);
