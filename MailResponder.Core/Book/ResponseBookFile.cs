using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Book;

/// <summary>
/// Reads and checks the response book. It is a JSON array of entries, or an object with that array, link pools and a
/// switch for all attachments. All faults are found in one run, each with its entry, field and line.
/// </summary>
internal static class ResponseBookFile
{
    /// <summary>Whether the JSON is a response book in the form of an object.</summary>
    public static bool IsObject(LocatedJson json) => json.Members.Any(member => member.Name is "pools" or "entries"
        || (member.Name == "attachments" && member.Value.Kind == JsonValueKind.String));

    /// <summary>
    /// Reads and checks a file. Null if it cannot be read as a response book at all, or its signature is not valid.
    /// </summary>
    /// <param name="faults">The list to which all faults are added.</param>
    /// <param name="seal">Checks the signature of the book. Null: the signature is not checked.</param>
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

    /// <summary>
    /// Checks the text of a response book. Null if it cannot be read as a response book at all.
    /// </summary>
    /// <param name="path">The place that the text was read from, for the faults.</param>
    /// <param name="faults">The list to which all faults are added.</param>
    public static ResponseBook? Check(byte[] text, string path, List<Fault> faults) =>
        LocatedJson.Read(text, path, faults, (json, found) =>
            IsObject(json) ? ReadObject(json, found) : Read(json, found, pools: null));

    private static ResponseBook? ReadObject(LocatedJson json, FileFaults faults)
    {
        var values = new SettingsSection(faults, "", json, ["pools", "attachments", "entries"]);
        var pools = new LinkPools(faults, values["pools"]);
        if (values["entries"] is not { } entries)
        {
            values.Add("entries", "is missing, so nobody would be answered; add \"entries\": [ … ] to the object");
            return null;
        }

        var errors = faults.Errors;
        var book = Read(entries, faults, pools);
        // A fault in an entry may be a mistyped pool name, so an unused pool would be reported wrongly.
        if (faults.Errors == errors)
            pools.CheckUse();
        var isOn = values.Choice<bool>("attachments", ["on", "off"],
            text => text is "on" or "off" ? text == "on" : null,
            remedy: "; to send no files for a single entry, write \"attachments\": null in that entry");
        return isOn == false ? book?.WithoutAttachments(values["attachments"]!.Line) : book;
    }

    private static ResponseBook? Read(LocatedJson json, FileFaults faults, LinkPools? pools)
    {
        if (json.Kind != JsonValueKind.Array)
        {
            var list = json.Members.FirstOrDefault(member => member.Value.Kind == JsonValueKind.Array).Name;
            faults.Add(json.Line, "", "must be a list [ … ] of entries, but is " + json.KindInWords
                + (json.Kind != JsonValueKind.Object ? "" : list is null || ResponseEntryReader.IsField(list)
                    ? "; write [ before it and ] after it"
                    : $"; take the list out of \"{list}\": the file begins with [ and ends with ]"));
            return null;
        }

        var entries = new List<ResponseEntry>();
        var reader = new ResponseEntryReader(faults, pools);
        for (var i = 0; i < json.Items.Count && !faults.IsFull; i++)
        {
            if (reader.Read(i + 1, json.Items[i]) is { } entry)
                entries.Add(entry);
        }

        if (json.Items.Count == 0)
            faults.Add(json.Line, "", "has no entry; nobody would be answered");
        var book = new ResponseBook(entries);
        foreach (var address in book.Addresses)
        {
            if (book.EntriesFor(address).ElementAtOrDefault(EntryStates.MaxEntries) is { } oneTooMany)
                faults.Add(oneTooMany.Line, $"entry {oneTooMany.Number}",
                    $"more than {EntryStates.MaxEntries} entries for {address}");
        }

        CheckLookalikes(book, faults);
        return book;
    }

    /// <summary>
    /// Warns about similar domains: of example.com and exmaple.com, one is more likely a typing error than a second
    /// domain. Domains that differ only in digits are not reported.
    /// </summary>
    private static void CheckLookalikes(ResponseBook book, FileFaults faults)
    {
        var domains = new Dictionary<string, ResponseEntry>();
        foreach (var entry in book.Entries)
        {
            if (MailDomain.TrySplit(entry.Address, out _, out var domain))
                domains.TryAdd(domain, entry);
        }

        // Skip books with many domains: comparing all pairs would take too long.
        if (domains.Count > 200)
            return;
        foreach (var (domain, entry) in domains)
        {
            foreach (var (other, first) in domains)
            {
                if (first.Number < entry.Number && Words.EditDistance(WithoutDigits(domain), WithoutDigits(other)) == 1)
                    faults.Warn(entry.Line, $"entry {entry.Number}, email_addr",
                        $"the domain {domain} looks like {other} of entry {first.Number}; is one of them a typo?");
            }
        }
    }

    private static string WithoutDigits(string domain) => string.Concat(domain.Where(c => !char.IsAsciiDigit(c)));
}
