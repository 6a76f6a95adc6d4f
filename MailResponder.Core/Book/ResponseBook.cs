using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>The response book: the entries of the JSON file, in file order.</summary>
internal sealed class ResponseBook : IResponseBook
{
    private readonly Dictionary<string, List<ResponseEntry>> _byAddress = [];

    public ResponseBook(IReadOnlyList<ResponseEntry> entries)
    {
        Entries = entries;
        foreach (var entry in entries)
        {
            if (!_byAddress.TryGetValue(entry.Address, out var ofAddress))
                _byAddress[entry.Address] = ofAddress = [];
            ofAddress.Add(entry);
        }
    }

    public IReadOnlyList<ResponseEntry> Entries { get; }

    /// <summary>
    /// The line of the switch that holds back the attachments of all entries. Null if they are sent.
    /// </summary>
    public int? AttachmentsOffLine { get; private init; }

    public IReadOnlyCollection<string> Addresses => _byAddress.Keys;

    /// <summary>Reads the book in force.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="seal">Checks the signature of the book. Null: the signature is not checked.</param>
    /// <exception cref="ResponderException">
    /// The file is missing or has a fault. The message names the first fault.
    /// </exception>
    public static ResponseBook Load(string path, BookSeal? seal = null)
    {
        var faults = new List<Fault>();
        return Fault.Require(ResponseBookFile.Check(path, faults, seal), faults, Cause.ResponseBook);
    }

    /// <summary>Returns the same book with the attachments of all entries held back.</summary>
    /// <param name="line">The line of the switch in the file.</param>
    public ResponseBook WithoutAttachments(int line) => new(
        [.. Entries.Select(entry => entry with { HoldsBackAttachments = entry.Attachments.Count > 0 })])
    {
        AttachmentsOffLine = line,
    };

    public bool Knows(string address) => _byAddress.ContainsKey(address);

    public IReadOnlyList<ResponseEntry> EntriesFor(string address) =>
        _byAddress.GetValueOrDefault(address, []);
}
