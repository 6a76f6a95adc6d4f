using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class SendRawEmailRequest : AmazonWebServiceRequest
{
    public SendRawEmailRequest()
    {
    }

    public SendRawEmailRequest(RawMessage rawMessage) => RawMessage = rawMessage;

    /// <summary>The envelope sender, to which bounces go. Null: the From of the message.</summary>
    public string? Source { get; set; }

    /// <summary>The envelope recipients. Null: the recipients in the message's header.</summary>
    public List<string>? Destinations { get; set; }

    public RawMessage? RawMessage { get; set; }

    public string? ConfigurationSetName { get; set; }

    public List<MessageTag>? Tags { get; set; }
}
