namespace MailResponder.Tests.Store;

/// <summary>What happens to a connection.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="IsToServer">In which direction; false: to the client.</param>
/// <param name="AtByte">How many bytes go that way before.</param>
internal sealed record ConnectionFault(string Kind, bool IsToServer, int AtByte)
{
    public const string Cut = "cut", Delayed = "delayed", Swallowed = "swallowed";
}
