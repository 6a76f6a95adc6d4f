namespace Amazon.SimpleEmail.Model;

/// <summary>A whole message, header and body, as it goes over the wire.</summary>
public class RawMessage
{
    public RawMessage()
    {
    }

    public RawMessage(MemoryStream data) => Data = data;

    /// <summary>The message itself. The client encodes it in base64.</summary>
    public MemoryStream? Data { get; set; }
}
