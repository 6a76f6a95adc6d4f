using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>
/// The report for programs: one JSON object with the members of <see cref="StatisticsReport"/>. A part that could not
/// be obtained is null, and "problems" holds the reason.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(StatisticsReport))]
internal sealed partial class JsonReport : JsonSerializerContext
{
    public static string Of(StatisticsReport report) =>
        JsonSerializer.Serialize(report, Default.StatisticsReport) + "\n";
}
