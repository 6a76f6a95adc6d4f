using System.Globalization;
using Amazon.CloudWatch.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch.Internal;

internal sealed class PutMetricDataMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = (PutMetricDataRequest)input;
        var form = new QueryForm("Amazon.CloudWatch", AmazonCloudWatchConfig.ApiVersion, "PutMetricData",
            capacity: 4096);
        form.Add("Namespace", request.Namespace);
        for (var i = 0; i < request.MetricData?.Count; i++)
            Add(form, QueryForm.Member("MetricData", i), request.MetricData[i]);
        return form.ToRequest(input);
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
