namespace MimeKit;

/// <summary>What the transport can carry.</summary>
public enum EncodingConstraint
{
    None,
    SevenBit,
    EightBit,
}
