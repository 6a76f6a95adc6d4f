namespace MailResponder.Book;

/// <summary>What a message asks of the response book.</summary>
internal interface IResponseBook
{
    /// <summary>All requested addresses.</summary>
    IReadOnlyCollection<string> Addresses { get; }

    bool Knows(string address);

    /// <summary>
    /// The entries for a requested address (lower case) in the order in which they are sent; empty when unknown.
    /// </summary>
    IReadOnlyList<ResponseEntry> EntriesFor(string address);
}
