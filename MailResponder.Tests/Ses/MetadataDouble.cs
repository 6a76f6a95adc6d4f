using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailResponder.Tests.Ses;

/// <summary>
/// A test double of the places where a host of AWS finds its credentials: the container's endpoint, and the instance
/// metadata service in version 2, which requires a token.
/// </summary>
internal sealed class MetadataDouble : IDisposable
{
    public const string ContainerKey = "ASIACONTAINERTEST";
    public const string InstanceKey = "ASIAINSTANCETEST";
    public const string Secret = "temporary/secret";
    public const string SessionToken = "session+token/with=signs";
    public const string ContainerAuthorization = "let-me-in";

    private const string Role = "/latest/meta-data/iam/security-credentials";
    private const string Token = "metadata-token";
    private readonly HttpListener _listener;
    private readonly DateTime _made = DateTime.UtcNow;

    public MetadataDouble()
    {
        _listener = Loopback.Listen(out var port);
        Url = $"http://127.0.0.1:{port}";
        _ = Serve();
    }

    public string Url { get; }

    /// <summary>
    /// The value of the instance's tag that names its group; null if there is no such tag, or tags are off.
    /// </summary>
    public string? AutoScalingGroup { get; set; }

    /// <summary>How long the instance's credentials are valid.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(6);

    public ConcurrentQueue<string> Paths { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                Paths.Enqueue($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
                var answer = Answer(context.Request);
                context.Response.StatusCode = answer is null ? 404 : 200;
                context.Response.Close(Encoding.ASCII.GetBytes(answer ?? ""), willBlock: true);
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private string? Answer(HttpListenerRequest request)
    {
        var path = request.Url!.AbsolutePath.TrimEnd('/');
        if (path == "/container")
            return request.Headers["Authorization"] == ContainerAuthorization ? Credentials(ContainerKey) : null;
        if (path == "/latest/api/token" && request.HttpMethod == "PUT"
            && request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] is null) return null;
        if (path == "/latest/api/token" && request.HttpMethod == "PUT") return Token;
        if (request.Headers["X-aws-ec2-metadata-token"] != Token) return null;
        if (path == "/latest/dynamic/instance-identity/document")
            return """
                { "accountId": "000000000000", "instanceId": "i-0123456789abcdef0", "instanceType": "t4g.small",
                  "availabilityZone": "eu-west-1b" }
                """;
        if (path == "/latest/meta-data/tags/instance/aws:autoscaling:groupName") return AutoScalingGroup;
        return path == Role ? "mail-role" : path == Role + "/mail-role" ? Credentials(InstanceKey) : null;
    }

    private string Credentials(string key) => string.Create(CultureInfo.InvariantCulture, $$"""
        { "Code": "Success", "LastUpdated": "{{_made:yyyy-MM-dd'T'HH:mm:ss'Z'}}", "Type": "AWS-HMAC",
          "AccessKeyId": "{{key}}", "SecretAccessKey": "{{Secret}}", "Token": "{{SessionToken}}",
          "Expiration": "{{_made.Add(Lifetime):yyyy-MM-dd'T'HH:mm:ss'Z'}}" }
        """);
}
