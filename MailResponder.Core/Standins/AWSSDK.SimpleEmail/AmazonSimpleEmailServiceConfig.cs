using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail;

/// <summary>Amazon SES. Requests go to email.REGION.amazonaws.com but are signed for "ses".</summary>
public class AmazonSimpleEmailServiceConfig() : QueryConfig("ses", "email", "2010-12-01", "SimpleEmail");
