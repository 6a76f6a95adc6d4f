namespace Amazon.SimpleEmail.Model;

public class GetSendStatisticsRequest : AmazonSimpleEmailServiceRequest
{
}
