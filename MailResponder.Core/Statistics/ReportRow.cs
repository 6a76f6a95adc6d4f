namespace MailResponder.Statistics;

/// <param name="Label">What it is.</param>
/// <param name="Value">How much, in words and figures.</param>
/// <param name="Bar">Length of its bar, from 0 to 1, in a chart.</param>
internal readonly record struct ReportRow(string Label, string Value, double Bar = 0);
