namespace MimeKit;

/// <summary>Text that should have been an address is none.</summary>
public sealed class ParseException(string message, int tokenIndex, int errorIndex) : FormatException(message)
{
    /// <summary>Where the element began that could not be read.</summary>
    public int TokenIndex { get; } = tokenIndex;

    /// <summary>Where reading stopped.</summary>
    public int ErrorIndex { get; } = errorIndex;
}
