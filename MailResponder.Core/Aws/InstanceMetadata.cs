using System.Net;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>What an instance of EC2 knows of itself: the instance metadata service, version 2.</summary>
/// <remarks>
/// Not AWSSDK's EC2InstanceMetadata: it returns null for a path that is missing, for a service that cannot be reached
/// and, after 17 seconds, for one that does not answer. Here the first one alone is null.
/// </remarks>
/// <param name="endpoint">Of the service.</param>
internal sealed class InstanceMetadata(Uri endpoint)
{
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string StandardEndpoint = "http://169.254.169.254";

    /// <summary>
    /// The service is on the host's own link and answers in milliseconds; this host may be the busy one.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Null on a host that is no instance of EC2, or was told not to ask, by the variables of the AWS SDKs.
    /// </summary>
    public static InstanceMetadata? OfThisHost()
    {
        if (string.Equals(Environment.GetEnvironmentVariable("AWS_EC2_METADATA_DISABLED"), "true",
            StringComparison.OrdinalIgnoreCase))
            return null;
        var named = Environment.GetEnvironmentVariable(EndpointVariable);
        if (string.IsNullOrEmpty(named) && !IsEc2())
            return null;
        return Uri.TryCreate(string.IsNullOrEmpty(named) ? StandardEndpoint : named, UriKind.Absolute, out var url)
            ? new InstanceMetadata(url)
            : null;
    }

    /// <summary>The text at a path like <c>meta-data/instance-id</c>; null when there is none.</summary>
    /// <exception cref="HttpRequestException">The service cannot be reached, or does not answer in time.</exception>
    public string? Read(string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var cancellation = new CancellationTokenSource(MaxWait);
        try
        {
            var token = Ask(HttpMethod.Put, "api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60");
            return Ask(HttpMethod.Get, path, "X-aws-ec2-metadata-token", token);
        }
        catch (OperationCanceledException exception)
        {
            throw new HttpRequestException("the instance metadata service does not answer", exception);
        }

        string? Ask(HttpMethod method, string what, string header, string? value)
        {
            using var request = new HttpRequestMessage(method, new Uri(endpoint, "/latest/" + what));
            request.Headers.Add(header, value);
            using var answer = client.Send(request, cancellation.Token);
            if (method == HttpMethod.Get && answer.StatusCode == HttpStatusCode.NotFound)
                return null;
            answer.EnsureSuccessStatusCode();
            using var text = new StreamReader(answer.Content.ReadAsStream(cancellation.Token));
            return text.ReadToEnd();
        }
    }

    /// <summary>What firmware (Nitro) or hypervisor (Xen) say, without a question to the network.</summary>
    private static bool IsEc2() =>
        Says("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2") || Says("/sys/hypervisor/uuid", "ec2");

    private static bool Says(string file, string begin) =>
        FileTrouble.OrNull(() => File.ReadAllText(file))?.StartsWith(begin, StringComparison.Ordinal) == true;
}
