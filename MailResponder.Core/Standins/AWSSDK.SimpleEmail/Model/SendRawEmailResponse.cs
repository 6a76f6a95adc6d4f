using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class SendRawEmailResponse : AmazonWebServiceResponse
{
    /// <summary>The local part of the Message-ID that Amazon SES gave the message.</summary>
    public string? MessageId { get; set; }
}
