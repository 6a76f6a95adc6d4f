using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;

namespace Amazon.SimpleEmail.Internal;

internal sealed class GetSendStatisticsUnmarshaller : SimpleEmailUnmarshaller
{
    protected override AmazonWebServiceResponse NewResponse() => new GetSendStatisticsResponse();

    protected override void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response)
    {
        var statistics = (GetSendStatisticsResponse)response;
        if (context.TestExpression("SendDataPoints/member", 3))
        {
            (statistics.SendDataPoints ??= []).Add(new SendDataPoint());
            return;
        }

        if (statistics.SendDataPoints is not [.., var point])
            return;
        if (context.TestExpression("Timestamp", 5))
            point.Timestamp = Time(context);
        else if (context.TestExpression("DeliveryAttempts", 5))
            point.DeliveryAttempts = (long?)Number(context);
        else if (context.TestExpression("Bounces", 5))
            point.Bounces = (long?)Number(context);
        else if (context.TestExpression("Complaints", 5))
            point.Complaints = (long?)Number(context);
        else if (context.TestExpression("Rejects", 5))
            point.Rejects = (long?)Number(context);
    }

    private static DateTime? Time(XmlUnmarshallerContext context) =>
        DateTime.TryParse(StringUnmarshaller.Instance.Unmarshall(context), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
