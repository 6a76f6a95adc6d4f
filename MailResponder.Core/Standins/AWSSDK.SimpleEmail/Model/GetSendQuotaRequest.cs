namespace Amazon.SimpleEmail.Model;

public class GetSendQuotaRequest : AmazonSimpleEmailServiceRequest
{
}
