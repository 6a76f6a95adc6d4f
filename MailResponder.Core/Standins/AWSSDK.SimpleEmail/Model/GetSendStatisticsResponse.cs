using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetSendStatisticsResponse : AmazonWebServiceResponse
{
    /// <summary>The data points, in no particular order. Null if nothing was sent.</summary>
    public List<SendDataPoint>? SendDataPoints { get; set; }
}
