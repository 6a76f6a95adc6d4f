using System.Net;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>Reads what an EC2 instance knows about itself, from the instance metadata service, version 2.</summary>
/// <remarks>
/// AWSSDK's EC2InstanceMetadata returns null for a missing path, for a service that cannot be reached and, after 17
/// seconds, for one that does not answer. This class returns null only for a missing path.
/// </remarks>
/// <param name="endpoint">The endpoint of the service.</param>
internal sealed class InstanceMetadata(Uri endpoint)
{
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private const string StandardEndpoint = "http://169.254.169.254";

    /// <summary>
    /// The time limit for one value. The service is on the host's own link and answers in milliseconds, but this host
    /// may be busy.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Returns the service of this host. Null if the host is not an EC2 instance, or if the environment variables of
    /// the AWS SDKs turn the service off.
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

    /// <summary>
    /// Returns the text at a path like <c>meta-data/instance-id</c>. Null if the path does not exist.
    /// </summary>
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

    /// <summary>
    /// Whether the firmware (Nitro) or the hypervisor (Xen) reports EC2. Sends nothing to the network.
    /// </summary>
    private static bool IsEc2() =>
        Says("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2") || Says("/sys/hypervisor/uuid", "ec2");

    private static bool Says(string file, string begin) =>
        FileTrouble.OrNull(() => File.ReadAllText(file))?.StartsWith(begin, StringComparison.Ordinal) == true;
}
