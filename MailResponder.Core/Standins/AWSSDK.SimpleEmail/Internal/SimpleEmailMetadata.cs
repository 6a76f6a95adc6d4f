using Amazon.Runtime.Internal;

namespace Amazon.SimpleEmail.Internal;

internal sealed class SimpleEmailMetadata : IServiceMetadata
{
    public string ServiceId => "SES";

    public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
}
