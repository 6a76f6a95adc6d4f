using System.Text;

namespace MailResponder.Statistics;

/// <summary>The report as plain text.</summary>
internal static class TextReport
{
    private const int LabelWidth = 34;
    private const int BarWidth = 30;

    public static string Of(StatisticsReport report)
    {
        var title = OneLine(ReportSections.Title(report));
        var text = new StringBuilder(title).Append('\n').Append('=', title.Length).Append('\n');
        foreach (var warning in report.Warnings)
            text.Append("\nWARNING: ").Append(warning).Append('\n');
        foreach (var section in ReportSections.Of(report))
            Append(text, section);
        return text.Append("\nMade ").Append(Figure.Time(report.Made)).Append('\n').ToString();
    }

    private static void Append(StringBuilder text, ReportSection section)
    {
        text.Append('\n').Append(section.Title).Append('\n');
        var width = section.Rows.Count == 0 ? 0 : section.Rows.Max(row => row.Value.Length);
        foreach (var row in section.Rows)
        {
            var value = section.HasBars
                ? row.Value.PadLeft(width) + " " + new string('#', (int)Math.Round(row.Bar * BarWidth))
                : OneLine(row.Value);
            text.Append($"  {OneLine(row.Label).PadRight(LabelWidth)} {value}".TrimEnd(' ')).Append('\n');
        }

        if (section.Note is not null)
            text.Append("  ").Append(OneLine(section.Note)).Append('\n');
    }

    /// <summary>
    /// Replaces control characters, so that they cannot control a terminal. Other programs may write to the log too.
    /// </summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
