using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class GetSendQuotaResponse : AmazonWebServiceResponse
{
    /// <summary>Recipients in 24 hours; -1: no limit.</summary>
    public double? Max24HourSend { get; set; }

    /// <summary>Recipients a second.</summary>
    public double? MaxSendRate { get; set; }

    public double? SentLast24Hours { get; set; }
}
