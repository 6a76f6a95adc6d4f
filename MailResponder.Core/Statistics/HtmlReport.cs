using System.Globalization;
using System.Net;
using System.Text;

namespace MailResponder.Statistics;

/// <summary>
/// The report as one HTML page for mail programs, which drop scripts, style sheets and images: tables with their styles
/// in place, and bars that are table cells.
/// </summary>
internal static class HtmlReport
{
    private const string Font = "font-family:Helvetica,Arial,sans-serif;font-size:15px;line-height:1.35;";
    private const string Ink = "#1f2933";
    private const string Faint = "#52606d";
    private const string BarColour = "#2f7d6b";
    private const string CellStyle = "padding:3px 8px 3px 0;border-bottom:1px solid #e4e7eb;vertical-align:top;";

    public static string Of(StatisticsReport report)
    {
        var title = Escaped(ReportSections.Title(report));
        var html = new StringBuilder($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title></head>
            <body style="margin:0;padding:12px;background:#ffffff;color:{Ink};{Font}">
            <div style="max-width:640px;margin:0 auto;">
            <h1 style="font-size:20px;margin:4px 0 12px 0;overflow-wrap:anywhere;">{title}</h1>

            """);
        foreach (var warning in report.Warnings)
        {
            html.Append(
                "<p style=\"margin:8px 0;padding:8px 10px;background:#fdecea;border-left:4px solid "
                + "#c0392b;\"><b>Warning:</b> ")
                .Append(Escaped(warning)).Append("</p>\n");
        }

        foreach (var section in ReportSections.Of(report))
            Append(html, section);
        return html.Append("<p style=\"color:").Append(Faint).Append(";font-size:13px;\">Made ")
            .Append(Escaped(Figure.Time(report.Made)))
            .Append("</p>\n</div></body></html>\n").ToString();
    }

    private static void Append(StringBuilder html, ReportSection section)
    {
        html.Append("<h2 style=\"font-size:16px;margin:20px 0 4px 0;\">").Append(Escaped(section.Title))
            .Append("</h2>\n");
        if (section.Rows.Count > 0)
        {
            html.Append(
                "<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" style=\"border-collapse:collapse;\">\n");
            foreach (var row in section.Rows)
                Append(html, row, section.HasBars);
            html.Append("</table>\n");
        }

        if (section.Note is not null)
        {
            html.Append("<p style=\"margin:4px 0 0 0;color:").Append(Faint)
                .Append(";font-size:13px;overflow-wrap:anywhere;\">")
                .Append(Escaped(section.Note)).Append("</p>\n");
        }
    }

    private static void Append(StringBuilder html, ReportRow row, bool hasBar)
    {
        html.Append("<tr><td style=\"").Append(CellStyle).Append("overflow-wrap:anywhere;\">")
            .Append(Escaped(row.Label))
            .Append("</td><td align=\"right\"").Append(hasBar ? " width=\"60\"" : "").Append(" style=\"")
            .Append(CellStyle)
            .Append("overflow-wrap:anywhere;\">").Append(Escaped(row.Value)).Append("</td>");
        if (hasBar)
        {
            html.Append("<td width=\"34%\" style=\"").Append(CellStyle)
                .Append("padding-right:0;vertical-align:middle;\">");
            AppendBar(html, (int)Math.Ceiling(row.Bar * 100));
            html.Append("</td>");
        }

        html.Append("</tr>\n");
    }

    private static void AppendBar(StringBuilder html, int percent)
    {
        if (percent == 0)
            return;
        html.Append("<table role=\"presentation\" width=\"100%\" cellspacing=\"0\" cellpadding=\"0\"><tr>")
            .Append(CultureInfo.InvariantCulture,
            $"<td width=\"{percent}%\" height=\"12\" bgcolor=\"{BarColour}\" "
            + $"style=\"width:{percent}%;background:{BarColour};font-size:0;line-height:12px;\">&nbsp;</td>");
        if (percent < 100)
            html.Append("<td style=\"font-size:0;\">&nbsp;</td>");
        html.Append("</tr></table>");
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
