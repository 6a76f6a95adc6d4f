namespace Amazon.SimpleEmail.Model;

/// <summary>A name and value under which events of a message are counted. ASCII letters, digits, "_" and "-".</summary>
public class MessageTag
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}
