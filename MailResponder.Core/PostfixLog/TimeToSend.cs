namespace MailResponder.PostfixLog;

/// <summary>Seconds, exact to the resolution of the log's times.</summary>
internal sealed record TimeToSend(double Median, double Percentile95, double Maximum);
