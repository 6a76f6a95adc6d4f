using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Book;

/// <summary>
/// Reads and checks the response book: a JSON array of entries, or an object with that, pools of links and a switch for
/// all attachments. Every fault is found in one go, with its entry, field and line.
/// </summary>
internal sealed class ResponseBookFile
{
    private static readonly string[] Members = ["pools", "attachments", "entries"];
    private readonly string _path;
    private readonly List<Fault> _faults;
    private readonly LinkPools? _pools;
    private readonly ResponseEntryReader _reader;

    private ResponseBookFile(string path, bool hasPools, List<Fault> faults)
    {
        (_path, _faults) = (path, faults);
        _pools = hasPools ? new LinkPools(path, faults) : null;
        _reader = new ResponseEntryReader(path, faults, _pools);
    }

    /// <summary>Whether it is a book that is an object, and not something else.</summary>
    public static bool IsObject(LocatedJson json) => json.Members.Any(member => member.Name is "pools" or "entries"
        || (member.Name == "attachments" && member.Value.Kind == JsonValueKind.String));

    /// <summary>
    /// Adds every fault to <paramref name="faults"/>; null when the file cannot be read as a book at all, or
    /// <paramref name="seal"/> is not on it.
    /// </summary>
    public static ResponseBook? Check(string path, List<Fault> faults, BookSeal? seal = null)
    {
        const string remedy = "write the response book, or correct response_book in the settings";
        if (LocatedJson.ReadFile(path, faults, remedy) is not { } text)
            return null;
        if (seal?.FaultOf(text) is not { } unsigned)
            return Check(text, path, faults);
        faults.Add(unsigned);
        return null;
    }

    /// <summary>The same of a text that was read from <paramref name="path"/>.</summary>
    public static ResponseBook? Check(byte[] text, string path, List<Fault> faults) =>
        LocatedJson.Read(text, path, faults, (json, found) =>
        {
            var isObject = IsObject(json);
            var file = new ResponseBookFile(path, isObject, found);
            return isObject ? file.ReadObject(json) : file.Read(json);
        });

    private ResponseBook? ReadObject(LocatedJson json)
    {
        foreach (var (name, line, _) in json.Members.DistinctBy(member => member.Name).Take(Fault.MostOfAFile))
        {
            if (!Members.Contains(name))
                _faults.Add(new Fault(_path, line, name,
                    $"is not a part of a book; the parts are: {string.Join(", ", Members)}"));
            else if (json.Members.Count(member => member.Name == name) > 1)
                _faults.Add(new Fault(_path, line, name, "stands twice; keep one of the two"));
        }

        _pools!.Read(json["pools"]);
        if (json["entries"] is not { } entries)
        {
            _faults.Add(new Fault(_path, json.Line, "entries",
                "is missing, so nobody would be answered; write \"entries\": [ … ] beside the rest"));
            return null;
        }

        var book = Read(entries);
        if (json["attachments"] is { } value && !IsOn(value))
            book = book?.WithoutAttachments(value.Line);
        // What is wrong in an entry may be the name of a pool.
        if (_reader.Errors == 0)
            _pools.CheckUse();
        return book;
    }

    private bool IsOn(LocatedJson value)
    {
        var isText = value.Kind == JsonValueKind.String;
        if (!(isText && value.Text is "on" or "off"))
        {
            _faults.Add(new Fault(_path, value.Line, "attachments", "must be \"on\" or \"off\", but is "
                + (isText ? $"\"{value.Text}\"" : value.KindInWords)
                + "; to take the files from one entry only, write \"attachments\": null in that entry"));
        }

        return value.Text != "off";
    }

    private ResponseBook? Read(LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Array)
        {
            var list = json.Members.FirstOrDefault(member => member.Value.Kind == JsonValueKind.Array).Name;
            _reader.Add(json.Line, "", "must be a list [ … ] of entries, but is " + json.KindInWords
                + (json.Kind != JsonValueKind.Object ? "" : list is null || ResponseEntryReader.IsField(list)
                    ? "; write [ before it and ] behind it"
                    : $"; take the list out of \"{list}\": the file begins with [ and ends with ]"));
            return null;
        }

        var entries = new List<ResponseEntry>();
        for (var i = 0; i < json.Items.Count; i++)
        {
            if (_reader.Errors >= Fault.MostOfAFile)
            {
                _reader.Add(json.Items[i].Line, ResponseEntryReader.Place(i + 1),
                    "and whatever follows: too much is wrong here; is this a response book?");
                return null;
            }

            if (_reader.Read(i + 1, json.Items[i]) is { } entry)
                entries.Add(entry);
        }

        if (json.Items.Count == 0)
            _reader.Add(json.Line, "", "has no entry; nobody would be answered");
        var book = new ResponseBook(entries);
        CheckNumberOfEntries(book);
        CheckLookalikes(book);
        return book;
    }

    private void CheckNumberOfEntries(ResponseBook book)
    {
        foreach (var address in book.Addresses)
        {
            var entries = book.EntriesFor(address);
            if (entries.Count > EntryStates.MaxEntries)
                _reader.Add(entries[EntryStates.MaxEntries].Line,
                    ResponseEntryReader.Place(entries[EntryStates.MaxEntries].Number),
                    $"more than {EntryStates.MaxEntries} entries for {address}");
        }
    }

    /// <summary>
    /// example.com beside exmaple.com is more likely a slip than a second domain. Digits tell real ones apart.
    /// </summary>
    private void CheckLookalikes(ResponseBook book)
    {
        var domains = new Dictionary<string, ResponseEntry>();
        foreach (var entry in book.Entries)
        {
            if (MailDomain.TryNormalize(entry.Address[(entry.Address.LastIndexOf('@') + 1)..], out var domain))
                domains.TryAdd(domain, entry);
        }

        // A slip is written once; comparing every pair of a large book would not be worth the time.
        if (domains.Count > 200)
            return;
        foreach (var (domain, entry) in domains)
        {
            foreach (var (other, first) in domains)
            {
                if (first.Number < entry.Number && Words.EditDistance(WithoutDigits(domain), WithoutDigits(other)) == 1)
                    _reader.Warn(entry.Line, ResponseEntryReader.Place(entry.Number, "email_addr"),
                        $"the domain {domain} looks like {other} of entry {first.Number}; is one of them a slip?");
            }
        }
    }

    private static string WithoutDigits(string domain) => string.Concat(domain.Where(c => !char.IsAsciiDigit(c)));
}
