namespace MailResponder.Book;

/// <summary>The part of the response book that answering a message needs.</summary>
internal interface IResponseBook
{
    /// <summary>All requested addresses that have entries.</summary>
    IReadOnlyCollection<string> Addresses { get; }

    bool Knows(string address);

    /// <summary>
    /// Returns the entries for a requested address (in lower case) in the order in which they are sent. Empty if the
    /// address is unknown.
    /// </summary>
    IReadOnlyList<ResponseEntry> EntriesFor(string address);
}
