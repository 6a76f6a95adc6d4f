using System.Text.Json;
using MailResponder.Aws;

namespace MailResponder.Statistics;

/// <summary>The EC2 instance that the program runs on.</summary>
internal sealed record InstanceFacts(string Id, string Type, string Zone)
{
    /// <summary>Asks the instance metadata service. Null if the host is not an EC2 instance.</summary>
    /// <exception cref="ResponderException">
    /// The host is an EC2 instance, but the metadata service gives no usable answer.
    /// </exception>
    public static InstanceFacts? Ask()
    {
        if (InstanceMetadata.OfThisHost() is not { } metadata)
            return null;
        try
        {
            using var json = JsonDocument.Parse(metadata.Read("dynamic/instance-identity/document") ?? "");
            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? "";
            return new InstanceFacts(Text("instanceId"), Text("instanceType"), Text("availabilityZone"));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw new ResponderException(Cause.Unexpected,
                "the instance metadata service did not answer; is it switched off for this instance?", exception);
        }
    }
}
