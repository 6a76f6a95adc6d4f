namespace MailResponder.Statistics;

internal readonly record struct NameCount(string Name, long Count);
