namespace MailResponder.Tests.Store;

/// <summary>A fault of a connection.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="IsToServer">Whether the fault is in the direction to the server; false: to the client.</param>
/// <param name="AtByte">The number of bytes sent in that direction before the fault.</param>
internal sealed record ConnectionFault(string Kind, bool IsToServer, int AtByte)
{
    public const string Cut = "cut", Delayed = "delayed", Swallowed = "swallowed";
}
