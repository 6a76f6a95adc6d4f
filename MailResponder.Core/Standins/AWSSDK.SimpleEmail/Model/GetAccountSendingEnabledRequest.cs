namespace Amazon.SimpleEmail.Model;

public class GetAccountSendingEnabledRequest : AmazonSimpleEmailServiceRequest
{
}
