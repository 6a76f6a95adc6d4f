using System.Globalization;
using System.Net;

namespace MailResponder.Statistics;

/// <summary>
/// The report as one HTML page for mail programs, which drop scripts, style sheets and images. So it uses tables with
/// inline styles, and draws bars as table cells.
/// </summary>
internal static class HtmlReport
{
    private const string Font = "font-family:Helvetica,Arial,sans-serif;font-size:15px;line-height:1.35;";
    private const string Faint = "color:#52606d;font-size:13px;";
    private const string BarColour = "#2f7d6b";
    private const string Cell = "padding:3px 8px 3px 0;border-bottom:1px solid #e4e7eb;vertical-align:top;";
    private const string Wrapped = "overflow-wrap:anywhere;";
    private const string Table = "width=\"100%\" cellspacing=\"0\" cellpadding=\"0\"";

    public static string Of(StatisticsReport report)
    {
        var title = Escaped(ReportSections.Title(report));
        return $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title></head>
            <body style="margin:0;padding:12px;background:#ffffff;color:#1f2933;{Font}">
            <div style="max-width:640px;margin:0 auto;">
            <h1 style="font-size:20px;margin:4px 0 12px 0;{Wrapped}">{title}</h1>
            {string.Concat(report.Warnings.Select(Warning))}{string.Concat(ReportSections.Of(report).Select(Section))}
            <p style="{Faint}">Made {Escaped(Figure.Time(report.Made))}</p>
            </div></body></html>

            """;
    }

    private static string Warning(string text) => $"""
        <p style="margin:8px 0;padding:8px 10px;background:#fdecea;border-left:4px solid #c0392b;">
        <b>Warning:</b> {Escaped(text)}</p>

        """;

    private static string Section(ReportSection section)
    {
        var rows = string.Concat(section.Rows.Select(row => Row(row, section.HasBars)));
        return $"<h2 style=\"font-size:16px;margin:20px 0 4px 0;\">{Escaped(section.Title)}</h2>\n"
            + (rows.Length > 0 ? $"<table {Table} style=\"border-collapse:collapse;\">\n{rows}</table>\n" : "")
            + (section.Note is { } note ? $"<p style=\"margin:4px 0 0 0;{Faint}{Wrapped}\">{Escaped(note)}</p>\n" : "");
    }

    private static string Row(ReportRow row, bool hasBar)
    {
        // In a chart, a long address may break anywhere. In other tables, a label must keep its width next to a long
        // value.
        var (width, wrapped) = hasBar ? (" width=\"60\"", Wrapped) : ("", "overflow-wrap:break-word;");
        var bar = hasBar
            ? $"<td width=\"34%\" style=\"{Cell}padding-right:0;vertical-align:middle;\">{Bar(row)}</td>" : "";
        return $"""
            <tr><td style="{Cell}{wrapped}">{Escaped(row.Label)}</td>
            <td align="right"{width} style="{Cell}{Wrapped}">{Escaped(row.Value)}</td>{bar}</tr>

            """;
    }

    private static string Bar(ReportRow row)
    {
        var percent = ((int)Math.Ceiling(row.Bar * 100)).ToString(CultureInfo.InvariantCulture) + "%";
        var rest = percent == "100%" ? "" : "<td style=\"font-size:0;\">&nbsp;</td>";
        return percent == "0%" ? "" : $"""
            <table role="presentation" {Table}><tr>
            <td width="{percent}" height="12" bgcolor="{BarColour}" style="width:{percent};background:{BarColour};
            font-size:0;line-height:12px;">&nbsp;</td>{rest}</tr></table>
            """;
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
