using System.Globalization;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// A test double of Amazon CloudWatch on a port of this host. It accepts correctly signed calls, unless the test says
/// otherwise.
/// </summary>
internal sealed class CloudWatchDouble : IDisposable
{
    private const string Answer = "<PutMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
        + "<ResponseMetadata><RequestId>e16fc4d3-9a04-11e0-9362-093a1cae5385</RequestId></ResponseMetadata>"
        + "</PutMetricDataResponse>";

    /// <summary>CloudWatch's answer when it has accepted metrics.</summary>
    private static readonly SesAnswer Taken = SesAnswer.Xml(200, Answer) with { Accepts = true };

    private readonly SesDouble _service;

    /// <param name="answerTo">
    /// Returns the answer to a request, given its number, counted from 1; null to accept it.
    /// </param>
    public CloudWatchDouble(Func<int, SesAnswer?>? answerTo = null) =>
        _service = new SesDouble(number => answerTo?.Invoke(number) ?? Taken, "monitoring");

    public string Url => _service.Url;

    public IReadOnlyList<SesCall> Calls => [.. _service.Calls];

    public IReadOnlyList<string> SignatureFaults => [.. _service.SignatureFaults];

    /// <summary>The accepted metrics, in words: "NAMESPACE NAME UNIT samples/sum/min/max DIMENSION=VALUE…".</summary>
    public IReadOnlyList<string> Taking => [.. _service.Accepted.SelectMany(Words)];

    /// <summary>The part of <see cref="Taking"/> in the namespace of mail.</summary>
    public IReadOnlyList<string> OfMail =>
        [.. Taking.Where(words => words.StartsWith("MailResponder ", StringComparison.Ordinal))
        .Select(words => words["MailResponder ".Length..])];

    public void Dispose() => _service.Dispose();

    private static IEnumerable<string> Words(SesCall call)
    {
        for (var i = 1; call[$"MetricData.member.{i}.MetricName"] is { } name; i++)
        {
            var datum = $"MetricData.member.{i}";
            // Without a timestamp, CloudWatch uses the time of receipt.
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
