namespace MimeKit;

/// <summary>How a parameter beyond ASCII is written. Default means RFC 2231.</summary>
public enum ParameterEncodingMethod
{
    Default = 0,
    Rfc2231 = 1 << 0,
    Rfc2047 = 1 << 1,
}
