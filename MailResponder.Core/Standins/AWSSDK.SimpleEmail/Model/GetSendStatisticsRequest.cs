using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetSendStatisticsRequest : AmazonWebServiceRequest
{
}
