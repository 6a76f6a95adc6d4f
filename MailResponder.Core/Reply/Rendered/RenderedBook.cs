using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The book by its rendered files, one for each address. As soon as one turns out to be damaged or lost, the book
/// itself answers.
/// </summary>
/// <param name="folder">Of the book in force.</param>
/// <param name="damaged">Called once, and tells the book itself.</param>
internal sealed class RenderedBook(BookFolder folder, Func<ResponseBook> damaged) : IResponseBook
{
    /// <summary>Lists all addresses: one that has no file and does not stand here is unknown, not lost.</summary>
    public const string ListName = "addresses";

    private ResponseBook? _book;
    private string? _address;
    private IReadOnlyList<ResponseEntry> _entries = [];
    private string[]? _list;

    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static void Write(BookFolder folder, ResponseBook book)
    {
        var list = new RecordWriter();
        list.WriteTexts(book.Addresses);
        foreach (var address in book.Addresses)
        {
            var record = new RecordWriter();
            record.WriteText(address);
            var entries = book.EntriesFor(address);
            record.WriteNumber(entries.Count);
            foreach (var entry in entries)
                record.WriteEntry(entry);
            folder.Add(NameOf(address), record.FinishIn);
        }

        folder.Add(ListName, list.FinishIn);
    }

    /// <summary>
    /// The file of an address: the address itself, or a hash of one that is too long for a file's name. An address of
    /// the book has no space.
    /// </summary>
    public static string NameOf(string address) => address.Length <= 200 ? address.Replace('/', ' ')
        : Convert.ToHexStringLower(Sha256.HashData(System.Text.Encoding.UTF8.GetBytes(address)));

    public IReadOnlyCollection<string> Addresses =>
        Ask<IReadOnlyCollection<string>>(ReadList, book => book.Addresses);

    public bool Knows(string address) => EntriesFor(address).Count > 0;

    public IReadOnlyList<ResponseEntry> EntriesFor(string address)
    {
        // Asked for again after it was found.
        if (_address == address)
            return _entries;
        _entries = Ask<IReadOnlyList<ResponseEntry>>(() => Read(address), book => book.EntriesFor(address));
        _address = address;
        return _entries;
    }

    private ResponseEntry[] Read(string address)
    {
        // All that a book's address may consist of; a NUL would cut the file's name.
        if (address.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return [];
        // The name of another address, if it ever were, would be no damage.
        if (folder.Read(NameOf(address)) is not { } record || record.ReadText() != address)
            return ReadList().Contains(address) ? throw new IOException("lost") : [];
        var entries = new ResponseEntry[record.ReadCount()];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = record.ReadEntry(address);
        return entries;
    }

    /// <summary>Read once: an unknown address is looked for with its tag, without, and as one of its domain.</summary>
    private string[] ReadList() =>
        _list ??= (folder.Read(ListName) ?? throw new IOException("lost")).ReadTexts();

    private T Ask<T>(Func<T> rendered, Func<ResponseBook, T> whole)
    {
        try
        {
            if (_book is null)
                return rendered();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            _book = damaged();
        }

        return whole(_book);
    }
}
