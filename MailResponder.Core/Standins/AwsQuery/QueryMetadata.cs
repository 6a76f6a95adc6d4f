using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <param name="serviceId">The service, as the SDK names it in its User-Agent.</param>
internal sealed class QueryMetadata(string serviceId) : IServiceMetadata
{
    public string ServiceId => serviceId;

    public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
}
