using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The response book, read from its rendered files, one for each address. As soon as a file turns out to be damaged or
/// lost, the book itself is used.
/// </summary>
/// <param name="folder">The folder of the book in force.</param>
/// <param name="damaged">Called once, when a file is damaged or lost. Returns the book itself.</param>
internal sealed class RenderedBook(BookFolder folder, Func<ResponseBook> damaged) : IResponseBook
{
    /// <summary>
    /// The file that lists all addresses. An address without a file is unknown if it is not listed, and lost if it is.
    /// </summary>
    public const string ListName = "addresses";

    private ResponseBook? _book;
    private string? _address;
    private IReadOnlyList<ResponseEntry> _entries = [];
    private string[]? _list;

    /// <summary>Writes the files of a rendered book.</summary>
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
    /// Returns the name of an address's file: the address with spaces for slashes, or a hash if the address is too long
    /// for a file name. An address of the book has no space.
    /// </summary>
    public static string NameOf(string address) => address.Length <= 200 ? address.Replace('/', ' ')
        : Convert.ToHexStringLower(Sha256.HashData(System.Text.Encoding.UTF8.GetBytes(address)));

    public IReadOnlyCollection<string> Addresses =>
        Ask<IReadOnlyCollection<string>>(ReadList, book => book.Addresses);

    public bool Knows(string address) => EntriesFor(address).Count > 0;

    public IReadOnlyList<ResponseEntry> EntriesFor(string address)
    {
        // The caller asks again for the address that was found.
        if (_address == address)
            return _entries;
        _entries = Ask<IReadOnlyList<ResponseEntry>>(() => Read(address), book => book.EntriesFor(address));
        _address = address;
        return _entries;
    }

    private ResponseEntry[] Read(string address)
    {
        // All characters that an address of the book may have. A NUL would cut the file name short.
        if (address.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return [];
        // A file of another address under this name would be treated like a missing one, not like a damaged one.
        if (folder.Read(NameOf(address)) is not { } record || record.ReadText() != address)
            return ReadList().Contains(address) ? throw new IOException("lost") : [];
        var entries = new ResponseEntry[record.ReadCount()];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = record.ReadEntry(address);
        return entries;
    }

    /// <summary>
    /// Reads the list once: an unknown address is looked up with its tag, without its tag, and as any address of its
    /// domain.
    /// </summary>
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
