using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch;

/// <summary>Amazon CloudWatch.</summary>
public class AmazonCloudWatchConfig() : QueryConfig("monitoring", "monitoring", "2010-08-01", "CloudWatch");
