using MailResponder.Responses;

namespace MailResponder.Rendering;

/// <summary>The book by its index; by the book itself as soon as the index turns out to be damaged.</summary>
/// <param name="index">Of the book in force.</param>
/// <param name="damaged">Called once, and tells the book itself.</param>
internal sealed class RenderedBook(BookIndex index, Func<ResponseBook> damaged) : IResponseBook
{
    private ResponseBook? _book;

    public bool Knows(string address) => Ask(() => index.Knows(address), book => book.Knows(address));

    public IReadOnlyList<ResponseEntry> EntriesFor(string address) =>
        Ask<IReadOnlyList<ResponseEntry>>(() => index.EntriesFor(address), book => book.EntriesFor(address));

    public string? AddressWithLocalPart(string localPart) =>
        Ask(() => index.AddressWithLocalPart(localPart), book => book.AddressWithLocalPart(localPart));

    private T Ask<T>(Func<T> indexed, Func<ResponseBook, T> whole)
    {
        try
        {
            if (_book is null)
                return indexed();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            _book = damaged();
        }

        return whole(_book);
    }
}
