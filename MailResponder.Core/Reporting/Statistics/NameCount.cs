namespace MailResponder.Reporting.Statistics;

internal readonly record struct NameCount(string Name, long Count);
