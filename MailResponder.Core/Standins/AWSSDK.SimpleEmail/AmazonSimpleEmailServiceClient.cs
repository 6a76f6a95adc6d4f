using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail;

/// <summary>Amazon SES, API version 2010-12-01.</summary>
public class AmazonSimpleEmailServiceClient(AWSCredentials credentials, AmazonSimpleEmailServiceConfig config)
    : QueryClient(credentials, config, "SES")
{
    private protected override QueryUnmarshaller.ExceptionOf Fault =>
        (message, inner, type, code, requestId, statusCode) =>
            new AmazonSimpleEmailServiceException(message, inner, type, code, requestId, statusCode);

    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused the request.</exception>
    public virtual Task<SendRawEmailResponse> SendRawEmailAsync(
        SendRawEmailRequest request, CancellationToken cancellationToken = default)
    {
        var form = new QueryForm(Config, "SendRawEmail");
        form.Add("Source", request.Source);
        for (var i = 0; i < request.Destinations?.Count; i++)
            form.Add(QueryForm.Member("Destinations", i), request.Destinations[i]);
        form.Add("ConfigurationSetName", request.ConfigurationSetName);
        for (var i = 0; i < request.Tags?.Count; i++)
        {
            form.Add(QueryForm.Member("Tags", i) + ".Name", request.Tags[i].Name);
            form.Add(QueryForm.Member("Tags", i) + ".Value", request.Tags[i].Value);
        }

        form.AddLast("RawMessage.Data", request.RawMessage?.Data ?? new MemoryStream());
        return Call<SendRawEmailResponse>(request, form, (context, response) =>
        {
            if (context.TestExpression("MessageId", 3))
                response.MessageId = StringUnmarshaller.Instance.Unmarshall(context);
        }, cancellationToken);
    }

    /// <summary>Returns how much the account may send, and how much it has sent.</summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused the request.</exception>
    public virtual Task<GetSendQuotaResponse> GetSendQuotaAsync(
        GetSendQuotaRequest request, CancellationToken cancellationToken = default) =>
        Call<GetSendQuotaResponse>(request, new QueryForm(Config, "GetSendQuota"), (context, quota) =>
        {
            if (context.TestExpression("Max24HourSend", 3))
                quota.Max24HourSend = Number(context);
            else if (context.TestExpression("MaxSendRate", 3))
                quota.MaxSendRate = Number(context);
            else if (context.TestExpression("SentLast24Hours", 3))
                quota.SentLast24Hours = Number(context);
        }, cancellationToken);

    /// <summary>
    /// Returns the deliveries, bounces, complaints and rejects of the last two weeks, in steps of 15 minutes.
    /// </summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused the request.</exception>
    public virtual Task<GetSendStatisticsResponse> GetSendStatisticsAsync(
        GetSendStatisticsRequest request, CancellationToken cancellationToken = default) =>
        Call<GetSendStatisticsResponse>(request, new QueryForm(Config, "GetSendStatistics"), (context, statistics) =>
        {
            if (context.TestExpression("SendDataPoints/member", 3))
                (statistics.SendDataPoints ??= []).Add(new SendDataPoint());
            else if (statistics.SendDataPoints is [.., var point])
                ReadField(context, point);
        }, cancellationToken);

    /// <summary>Returns whether the account may send in this region. It may not while its sending is paused.</summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused the request.</exception>
    public virtual Task<GetAccountSendingEnabledResponse> GetAccountSendingEnabledAsync(
        GetAccountSendingEnabledRequest request, CancellationToken cancellationToken = default) =>
        Call<GetAccountSendingEnabledResponse>(
            request, new QueryForm(Config, "GetAccountSendingEnabled"), (context, response) =>
        {
            if (context.TestExpression("Enabled", 3))
                response.Enabled = BoolUnmarshaller.Instance.Unmarshall(context);
        }, cancellationToken);

    private static void ReadField(XmlUnmarshallerContext context, SendDataPoint point)
    {
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

    private static double? Number(XmlUnmarshallerContext context) =>
        double.TryParse(StringUnmarshaller.Instance.Unmarshall(context), NumberStyles.Float,
            CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTime? Time(XmlUnmarshallerContext context) =>
        DateTime.TryParse(StringUnmarshaller.Instance.Unmarshall(context), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
