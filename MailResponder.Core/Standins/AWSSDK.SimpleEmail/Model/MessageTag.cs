namespace Amazon.SimpleEmail.Model;

/// <summary>
/// A name and value under which SES counts the events of a message: ASCII letters, digits, "_" and "-".
/// </summary>
public class MessageTag
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}
