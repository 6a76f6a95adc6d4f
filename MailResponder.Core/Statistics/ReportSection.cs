namespace MailResponder.Statistics;

/// <summary>A table of the report.</summary>
/// <param name="Note">A sentence below it; null: none.</param>
/// <param name="HasBars">Whether its rows are a bar chart.</param>
internal sealed record ReportSection(
    string Title, IReadOnlyList<ReportRow> Rows, string? Note = null, bool HasBars = false);
