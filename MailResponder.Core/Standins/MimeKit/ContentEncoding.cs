namespace MimeKit;

/// <summary>How the bytes of a part are written (RFC 2045 6). Default: not decided, written as they are.</summary>
public enum ContentEncoding
{
    Default,
    SevenBit,
    EightBit,
    Binary,
    Base64,
    QuotedPrintable,
}
