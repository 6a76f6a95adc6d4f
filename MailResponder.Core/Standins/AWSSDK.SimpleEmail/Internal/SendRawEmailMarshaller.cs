using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail.Internal;

internal sealed class SendRawEmailMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = (SendRawEmailRequest)input;
        var form = new QueryForm("Amazon.SimpleEmail", AmazonSimpleEmailServiceConfig.ApiVersion, "SendRawEmail");
        form.Add("Source", request.Source);
        for (var i = 0; i < request.Destinations?.Count; i++)
            form.Add(QueryForm.Member("Destinations", i), request.Destinations[i]);
        form.Add("ConfigurationSetName", request.ConfigurationSetName);
        for (var i = 0; i < request.Tags?.Count; i++)
        {
            form.Add(QueryForm.Member("Tags", i) + ".Name", request.Tags[i].Name);
            form.Add(QueryForm.Member("Tags", i) + ".Value", request.Tags[i].Value);
        }

        return form.ToRequest(input, "RawMessage.Data", request.RawMessage?.Data ?? new MemoryStream());
    }
}
