using System.Text.Json;

namespace MailResponder.Reporting.Statistics;

/// <summary>The EC2 instance that this host is, as its metadata service tells (IMDSv2).</summary>
internal sealed record InstanceFacts(string Id, string Type, string Zone)
{
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    /// <summary>Null on a host that is no EC2 instance.</summary>
    /// <exception cref="ResponderException">It is one, and the service does not answer within a second.</exception>
    public static InstanceFacts? Ask()
    {
        var endpoint = Environment.GetEnvironmentVariable(EndpointVariable);
        if (string.IsNullOrEmpty(endpoint))
        {
            if (!IsInstance())
                return null;
            endpoint = "http://169.254.169.254";
        }

        try
        {
            using var cancellation = new CancellationTokenSource(MaxWait);
            return Ask(endpoint.TrimEnd('/'), cancellation.Token).WaitAsync(cancellation.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException
            or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw new ResponderException(Cause.Unexpected,
                $"the instance metadata service at {endpoint} did not tell within a second; is it switched off for this instance?", exception);
        }
    }

    private static async Task<InstanceFacts> Ask(string endpoint, CancellationToken cancellation)
    {
        // A proxy of the environment must not be asked for what only this host can be told.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var forToken = new HttpRequestMessage(HttpMethod.Put, endpoint + "/latest/api/token");
        forToken.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        using var token = (await client.SendAsync(forToken, cancellation).ConfigureAwait(false)).EnsureSuccessStatusCode();
        using var forDocument = new HttpRequestMessage(HttpMethod.Get, endpoint + "/latest/dynamic/instance-identity/document");
        forDocument.Headers.Add("X-aws-ec2-metadata-token", await token.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
        using var document = (await client.SendAsync(forDocument, cancellation).ConfigureAwait(false)).EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await document.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
        string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? "";
        return new InstanceFacts(Text("instanceId"), Text("instanceType"), Text("availabilityZone"));
    }

    /// <summary>What firmware (Nitro) or hypervisor (Xen) say, without a question to the network.</summary>
    private static bool IsInstance() =>
        Says("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2") || Says("/sys/hypervisor/uuid", "ec2");

    private static bool Says(string file, string begin)
    {
        try
        {
            return File.ReadAllText(file).StartsWith(begin, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
