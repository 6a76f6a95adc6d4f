namespace MimeKit;

/// <summary>The same content in several forms, the plainest first (RFC 2046 5.1.4).</summary>
public sealed class MultipartAlternative : Multipart
{
    public MultipartAlternative() : base("alternative")
    {
    }
}
