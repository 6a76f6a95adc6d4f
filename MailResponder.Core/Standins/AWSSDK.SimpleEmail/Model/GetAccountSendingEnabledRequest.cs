using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetAccountSendingEnabledRequest : AmazonWebServiceRequest
{
}
