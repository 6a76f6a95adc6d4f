using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetSendStatisticsResponse : AmazonWebServiceResponse
{
    /// <summary>In no order; null when nothing was sent.</summary>
    public List<SendDataPoint>? SendDataPoints { get; set; }
}
