using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Doctor;

/// <summary>All findings, with the number of faults and warnings.</summary>
internal sealed record DoctorReport(int Faults, int Warnings, IReadOnlyList<Finding> Findings)
{
    public static DoctorReport Of(IReadOnlyList<Finding> findings) => new(
        findings.Count(finding => finding.State == FindingState.Fault),
        findings.Count(finding => finding.State == FindingState.Warning), findings);

    /// <summary>Returns one line for each finding, and a last line with the totals.</summary>
    public override string ToString()
    {
        var width = Findings.Max(finding => finding.Name.Length);
        var lines = Findings.Select(finding => $"{finding.State.Hyphenated(),-7} {finding.Name.PadRight(width)}  "
            + finding.Text + (finding.Remedy is null ? "" : $" — {finding.Remedy}"));
        return string.Join('\n', lines.Append(
            $"{Faults} fault(s), {Warnings} warning(s), {Findings.Count - Faults - Warnings} ok"));
    }

    /// <summary>Returns the report as JSON, in the form that docs/doctor.md describes.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DoctorReportJson.Default.DoctorReport);
}

/// <summary>The JSON format of a report.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorReportJson : JsonSerializerContext;
