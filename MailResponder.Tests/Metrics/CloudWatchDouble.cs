using System.Globalization;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// An Amazon CloudWatch on a port of this host: takes what is signed rightly, unless the test says otherwise.
/// </summary>
internal sealed class CloudWatchDouble : IDisposable
{
    const string Answer = "<PutMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
        + "<ResponseMetadata><RequestId>e16fc4d3-9a04-11e0-9362-093a1cae5385</RequestId></ResponseMetadata>"
        + "</PutMetricDataResponse>";

    /// <summary>What CloudWatch answers when it has taken the metrics.</summary>
    static readonly SesAnswer taken = SesAnswer.Xml(200, Answer) with { Accepts = true };

    readonly SesDouble service;

    /// <param name="answerTo">What to do with the request of a number, counted from 1; null: take it.</param>
    public CloudWatchDouble(Func<int, SesAnswer?>? answerTo = null) =>
        service = new SesDouble(number => answerTo?.Invoke(number) ?? taken, "monitoring");

    public string Url => service.Url;

    public IReadOnlyList<SesCall> Calls => [.. service.Calls];

    public IReadOnlyList<string> SignatureFaults => [.. service.SignatureFaults];

    /// <summary>What was taken, in words: "NAMESPACE NAME UNIT samples/sum/min/max DIMENSION=VALUE…".</summary>
    public IReadOnlyList<string> Taking => [.. service.Accepted.SelectMany(Words)];

    /// <summary>The part of <see cref="Taking"/> in the namespace of mail.</summary>
    public IReadOnlyList<string> OfMail =>
        [.. Taking.Where(words => words.StartsWith("MailResponder ", StringComparison.Ordinal))
        .Select(words => words["MailResponder ".Length..])];

    public void Dispose() => service.Dispose();

    static IEnumerable<string> Words(SesCall call)
    {
        for (var i = 1; call[$"MetricData.member.{i}.MetricName"] is { } name; i++)
        {
            var datum = $"MetricData.member.{i}";
            // As of when it is received.
            Assert.Null(call[datum + ".Timestamp"]);
            Assert.Null(call[datum + ".Value"]);
            var set = $"{datum}.StatisticValues";
            var words =
                $"{call["Namespace"]} {name} {call[datum + ".Unit"]} "
                + $"{call[set + ".SampleCount"]}/{call[set + ".Sum"]}/"
                + $"{call[set + ".Minimum"]}/{call[set + ".Maximum"]}";
            for (var d = 1; call[$"{datum}.Dimensions.member.{d}.Name"] is { } dimension; d++)
                words += $" {dimension}={call[$"{datum}.Dimensions.member.{d}.Value"]}";
            yield return words;
        }
    }
}
