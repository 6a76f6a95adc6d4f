using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetSendQuotaResponse : AmazonWebServiceResponse
{
    /// <summary>The maximum number of recipients in 24 hours. -1 means no limit.</summary>
    public double? Max24HourSend { get; set; }

    /// <summary>The maximum number of recipients per second.</summary>
    public double? MaxSendRate { get; set; }

    public double? SentLast24Hours { get; set; }
}
