using System.Globalization;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>What is answered to whom: the entries of the JSON file, in file order.</summary>
internal sealed class ResponseBook : IResponseBook
{
    private readonly Dictionary<string, List<ResponseEntry>> _byAddress = [];

    public ResponseBook(IReadOnlyList<ResponseEntry> entries)
    {
        Entries = entries;
        foreach (var entry in entries)
        {
            if (!_byAddress.TryGetValue(entry.Address, out var ofAddress))
                _byAddress.Add(entry.Address, ofAddress = []);
            ofAddress.Add(entry);
        }
    }

    public IReadOnlyList<ResponseEntry> Entries { get; }

    /// <summary>The line that holds back the attachments of all entries; null when they go out.</summary>
    public int? AttachmentsOffLine { get; private init; }

    public IReadOnlyCollection<string> Addresses => _byAddress.Keys;

    /// <summary>The book in force.</summary>
    /// <exception cref="ResponderException">The file is missing or has a fault; the first one is named.</exception>
    public static ResponseBook Load(string path, BookSeal? seal = null)
    {
        var faults = new List<Fault>();
        var book = ResponseBookFile.Check(path, faults, seal);
        var errors = faults.FindAll(fault => !fault.IsWarning);
        if (book is not null && errors.Count == 0)
            return book;
        var more = errors.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {errors.Count - 1} more)")
            : "";
        throw new ResponderException(Cause.ResponseBook, errors[0] + more + "; see: responder config check");
    }

    /// <summary>The same book with the attachments of all entries held back.</summary>
    /// <param name="line">Where it says so.</param>
    public ResponseBook WithoutAttachments(int line) => new(
        [.. Entries.Select(entry => entry with { HoldsBackAttachments = entry.Attachments.Count > 0 })])
    {
        AttachmentsOffLine = line,
    };

    public bool Knows(string address) => _byAddress.ContainsKey(address);

    public IReadOnlyList<ResponseEntry> EntriesFor(string address) =>
        _byAddress.TryGetValue(address, out var entries) ? entries : [];

    public string? AddressWithLocalPart(string localPart) => AddressWithLocalPart(_byAddress.Keys, localPart);

    /// <inheritdoc cref="IResponseBook.AddressWithLocalPart"/>
    public static string? AddressWithLocalPart(IEnumerable<string> addresses, string localPart)
    {
        string? found = null;
        foreach (var address in addresses)
        {
            if (address.Length > localPart.Length && address[localPart.Length] == '@'
                && address.StartsWith(localPart, StringComparison.Ordinal))
            {
                if (found is not null)
                    return null;
                found = address;
            }
        }

        return found;
    }
}
