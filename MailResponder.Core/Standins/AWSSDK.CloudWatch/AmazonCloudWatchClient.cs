using System.Globalization;
using Amazon.CloudWatch.Model;
using Amazon.Runtime;
using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch;

/// <summary>Amazon CloudWatch, API version 2010-08-01.</summary>
public class AmazonCloudWatchClient(AWSCredentials credentials, AmazonCloudWatchConfig config)
    : QueryClient(credentials, config, "CloudWatch")
{
    private protected override QueryUnmarshaller.ExceptionOf Fault =>
        (message, inner, type, code, requestId, statusCode) =>
            new AmazonCloudWatchException(message, inner, type, code, requestId, statusCode);

    /// <summary>Sends at most 1000 metrics of one namespace.</summary>
    /// <exception cref="AmazonCloudWatchException">CloudWatch refused the request.</exception>
    public virtual Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataRequest request, CancellationToken cancellationToken = default)
    {
        var form = new QueryForm(Config, "PutMetricData");
        form.Add("Namespace", request.Namespace);
        for (var i = 0; i < request.MetricData?.Count; i++)
            Add(form, QueryForm.Member("MetricData", i), request.MetricData[i]);
        // The answer to a success contains only a request id.
        return Call<PutMetricDataResponse>(request, form, (_, _) => { }, cancellationToken);
    }

    private static void Add(QueryForm form, string name, MetricDatum datum)
    {
        form.Add(name + ".MetricName", datum.MetricName);
        for (var i = 0; i < datum.Dimensions?.Count; i++)
        {
            var member = QueryForm.Member(name + ".Dimensions", i);
            form.Add(member + ".Name", datum.Dimensions[i].Name);
            form.Add(member + ".Value", datum.Dimensions[i].Value);
        }

        form.Add(name + ".StatisticValues.SampleCount", Text(datum.StatisticValues?.SampleCount));
        form.Add(name + ".StatisticValues.Sum", Text(datum.StatisticValues?.Sum));
        form.Add(name + ".StatisticValues.Minimum", Text(datum.StatisticValues?.Minimum));
        form.Add(name + ".StatisticValues.Maximum", Text(datum.StatisticValues?.Maximum));
        form.Add(name + ".Value", Text(datum.Value));
        form.Add(name + ".Unit", datum.Unit?.Value);
    }

    private static string? Text(double? number) => number?.ToString("R", CultureInfo.InvariantCulture);
}
