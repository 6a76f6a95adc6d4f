using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>A request with a <see cref="QueryContent"/>, which hashes itself.</summary>
internal sealed class QueryRequest : DefaultRequest, IRequest
{
    public QueryRequest(AmazonWebServiceRequest request, string service, QueryContent content) : base(
        request, service) =>
        ContentStream = content;

    string IRequest.ComputeContentStreamHash() => ((QueryContent)ContentStream).Hash;
}
