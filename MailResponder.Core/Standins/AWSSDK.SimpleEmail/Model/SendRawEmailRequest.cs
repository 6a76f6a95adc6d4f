using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

public class SendRawEmailRequest : AmazonWebServiceRequest
{
    public SendRawEmailRequest()
    {
    }

    public SendRawEmailRequest(RawMessage rawMessage) => RawMessage = rawMessage;

    /// <summary>Envelope sender, where bounces go; null: the message's own From.</summary>
    public string? Source { get; set; }

    /// <summary>Envelope recipients; null: those of the message's header.</summary>
    public List<string>? Destinations { get; set; }

    public RawMessage? RawMessage { get; set; }

    public string? ConfigurationSetName { get; set; }

    public List<MessageTag>? Tags { get; set; }
}
