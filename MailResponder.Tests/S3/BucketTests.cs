using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Tests.Aws;

namespace MailResponder.Tests.S3;

/// <summary>Answers that s3rver does not give, with the codes in AWS's list of S3's errors.</summary>
public class BucketTests
{
    [Theory]
    [InlineData("400 Bad Request", "KMS.DisabledException", "cannot be used (KMS.DisabledException); check the key")]
    [InlineData("400 Bad Request", "KMS.NotFoundException", "cannot be used (KMS.NotFoundException)")]
    [InlineData("400 Bad Request", "InvalidToken", "correct aws_session_token")]
    [InlineData("400 Bad Request", "ExpiredToken", "session token has expired: fetch new credentials")]
    [InlineData("400 Bad Request", "TokenRefreshRequired", "session token has expired: fetch new credentials")]
    [InlineData("403 Forbidden", "InvalidObjectState", "archived (S3 Glacier)")]
    [InlineData("403 Forbidden", "AccessDenied", "needs s3:GetObject")]
    [InlineData("301 Moved Permanently", "PermanentRedirect", "in another region; correct s3.region")]
    [InlineData("301 Moved Permanently", "", "in another region; correct s3.region")]
    [InlineData("307 Temporary Redirect", "TemporaryRedirect", "for a new bucket in another region")]
    [InlineData("307 Temporary Redirect", "", "for a new bucket in another region")]
    [InlineData("503 Slow Down", "SlowDown", "S3 answered 503 SlowDown")]
    public void Error_IsNamedWithItsRemedy(string status, string code, string words)
    {
        var exception = Fetch(Answer(status, code));
        Assert.Equal(Cause.S3, exception.Cause);
        Assert.StartsWith("s3://example-tools/tool.zip: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ItsWords, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeniedKey_IsToldApartFromADeniedObject()
    {
        const string message = "User: arn:aws:sts::1:x is not authorized to perform: kms:Decrypt on resource: y";
        var exception = Fetch(Answer("403 Forbidden", "AccessDenied", message));
        Assert.Contains("needs kms:Decrypt", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NoSuchKey", "there is no such object")]
    [InlineData("NoSuchBucket", "there is no such bucket")]
    [InlineData("", "there is no such object")]
    public void MissingObject_IsNoFaultOfS3(string code, string words)
    {
        var exception = Fetch(Answer("404 Not Found", code));
        Assert.Equal(Cause.Attachment, exception.Cause);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The SDK follows a redirect from S3, but not to a host that is not S3's.</summary>
    [Fact]
    public void RedirectToAnotherHost_IsNotFollowed()
    {
        using var elsewhere = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        var location = $"Location: {elsewhere.Url}\r\n";
        var exception = Fetch(Answer("307 Temporary Redirect", "TemporaryRedirect", more: location));
        Assert.EndsWith("check the endpoint", exception.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n400\r\nhalf")]
    public void CutDownload_IsNotBlamedOnTheDisk(string half)
    {
        const string head = "HTTP/1.1 200 OK\r\nETag: \"0123456789abcdef0123456789abcdef\"\r\n";
        var exception = Fetch(head + half, ScriptedServer.Hangup);
        Assert.Equal(Cause.S3, exception.Cause);
        Assert.EndsWith("the connection was cut; the incomplete file is discarded", exception.Message,
            StringComparison.Ordinal);
    }

    private const string ItsWords = "the service's own words";

    private static ResponderException Fetch(params string[] answer)
    {
        using var folder = new TemporaryFolder();
        var credentials = folder.Write("credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = B\n");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead);
        // More answers than the SDK makes attempts.
        using var server = new ScriptedServer([.. Enumerable.Repeat(answer, 6).SelectMany(same => same)]);
        var settings = new S3Settings("eu-west-1", "example-config", "book.json")
        {
            Endpoint = new Uri(server.Url.GetLeftPart(UriPartial.Authority)),
            CredentialsFile = credentials,
        };
        using var bucket = new Bucket(settings, new Deadline(TimeProvider.System, TimeSpan.FromSeconds(60)));
        return Assert.Throws<ResponderException>(
            () => bucket.Fetch("example-tools", "tool.zip", null, folder.PathTo("tool.zip")));
    }

    /// <param name="code">The error code; empty for an answer without a body.</param>
    private static string Answer(string status, string code, string message = ItsWords, string more = "")
    {
        var body = code.Length == 0 ? "" : $"<Error><Code>{code}</Code><Message>{message}</Message></Error>";
        return $"HTTP/1.1 {status}\r\n{more}Content-Type: application/xml\r\n" +
            $"Content-Length: {body.Length}\r\n\r\n{body}";
    }
}
