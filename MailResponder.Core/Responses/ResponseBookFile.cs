using System.Globalization;
using System.Text.Json;
using MailResponder.Limits;
using MailResponder.Settings;

namespace MailResponder.Responses;

/// <summary>
/// Reads and checks the response book: a JSON array of objects with email_addr, body, attachments and, optionally,
/// send_method and subject. Every fault is found in one go, with its entry, field and line.
/// </summary>
internal sealed class ResponseBookFile
{
    private static readonly string[] Fields = ["email_addr", "body", "attachments", "send_method", "subject"];
    private readonly string _path;
    private readonly List<Fault> _faults;
    private readonly List<ResponseEntry> _entries = [];

    private ResponseBookFile(string path, List<Fault> faults)
    {
        _path = path;
        _faults = faults;
    }

    /// <summary>Adds every fault to <paramref name="faults"/>; null when the file cannot be read as a book at all.</summary>
    public static ResponseBook? Check(string path, List<Fault> faults)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(new Fault(path, 0, "", FileTrouble.Describe(exception)));
            return null;
        }

        if (LocatedJson.Parse(text, path, faults) is not { } json)
            return null;
        var found = new List<Fault>();
        var book = new ResponseBookFile(path, found).Read(json);
        faults.AddRange(found.OrderBy(fault => fault.Line));
        return book;
    }

    private ResponseBook? Read(LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Array)
        {
            Add(json.Line, "", "must be a list [ … ] of entries, but is " + json.KindInWords);
            return null;
        }

        for (var i = 0; i < json.Items.Count; i++)
            ReadEntry(i + 1, json.Items[i]);
        if (json.Items.Count == 0)
            Add(json.Line, "", "has no entry; nobody would be answered");
        var book = new ResponseBook(_entries);
        CheckNumberOfEntries(book);
        CheckLookalikes(book);
        return book;
    }

    private void ReadEntry(int number, LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            Add(json.Line, Place(number), "must be an object { … }, but is " + json.KindInWords);
            return;
        }

        var fields = FieldsOf(number, json);
        var address = ReadAddress(number, json, fields.GetValueOrDefault("email_addr"));
        var bodies = ReadBodies(number, json, fields.GetValueOrDefault("body"));
        var attachments = ReadAttachments(number, fields.GetValueOrDefault("attachments"));
        SendMethod? sendMethod = null;
        if (Optional(number, fields, "send_method") is { } method)
        {
            if (SendMethods.TryParse(method.Text, ignoreCase: true, out var parsed))
                sendMethod = parsed;
            else
                Add(method.Line, Place(number, "send_method"), $"\"{method.Text}\" is none of: {string.Join(", ", SendMethods.Names)}");
        }

        var subject = Optional(number, fields, "subject");
        if (subject is not null && (string.IsNullOrWhiteSpace(subject.Text) || subject.Text.Any(char.IsControl)))
            Add(subject.Line, Place(number, "subject"), "must be one line of text; leave the field out for \"Re: \" and the request's subject");
        _entries.Add(new ResponseEntry(number, json.Line, address, bodies, attachments, sendMethod, subject?.Text));
    }

    private Dictionary<string, LocatedJson> FieldsOf(int number, LocatedJson json)
    {
        var fields = new Dictionary<string, LocatedJson>();
        foreach (var (name, line, value) in json.Members)
        {
            if (!Fields.Contains(name))
            {
                var nearest = Words.Nearest(name, Fields);
                Add(line, Place(number, name), "is not a field" + (nearest is null
                    ? $"; the fields are: {string.Join(", ", Fields)}" : $"; did you mean \"{nearest}\"?"));
            }
            else if (!fields.TryAdd(name, value))
            {
                Add(line, Place(number, name), "stands twice; keep one of the two");
            }
        }

        return fields;
    }

    private string ReadAddress(int number, LocatedJson entry, LocatedJson? value)
    {
        const string field = "email_addr";
        if (value is not { Kind: JsonValueKind.String })
        {
            Add(value?.Line ?? entry.Line, Place(number, field), value is null ? "is missing" : "must be a text, but is " + value.KindInWords);
            return "";
        }

        var address = value.Text;
        var at = address.LastIndexOf('@');
        if (at <= 0 || address.Any(c => c <= ' ' || c >= 0x7f) || !MailDomain.TryNormalize(address[(at + 1)..], out var domain))
        {
            Add(value.Line, Place(number, field), $"\"{address}\" is not a whole mail address like \"get@example.com\"");
        }
        else if (address.Any(char.IsAsciiLetterUpper))
        {
            Add(value.Line, Place(number, field), $"\"{address}\" has upper-case letters; write \"{address.ToLowerInvariant()}\"");
        }
        else if (domain.Length != address.Length - at - 1)
        {
            Add(value.Line, Place(number, field), $"\"{address}\" ends with a dot; write \"{address[..^1]}\"");
        }

        return address;
    }

    private List<ResponseBody> ReadBodies(int number, LocatedJson entry, LocatedJson? value)
    {
        const string field = "body";
        var bodies = new List<ResponseBody>();
        switch (value?.Kind)
        {
            case JsonValueKind.String:
                bodies.Add(new ResponseBody("plain", NotBlank(number, field, value)));
                break;
            case JsonValueKind.Array when value.Items.Count > 0:
                for (var i = 0; i < value.Items.Count; i++)
                    ReadBody(number, Indexed(field, i), value.Items[i], bodies);
                break;
            default:
                Add(value?.Line ?? entry.Line, Place(number, field), value is null
                    ? "is missing; write a text or [[\"plain\", \"…\"], [\"html\", \"…\"]]"
                    : $"must be a text or a list of [mimetype, text], but is {(value.Kind == JsonValueKind.Array ? "an empty list" : value.KindInWords)}");
                break;
        }

        return bodies;
    }

    private void ReadBody(int number, string field, LocatedJson item, List<ResponseBody> bodies)
    {
        if (item.Items is not [{ Kind: JsonValueKind.String } type, { Kind: JsonValueKind.String } text])
        {
            Add(item.Line, Place(number, field), "must be [mimetype, text], like [\"plain\", \"…\"]");
            return;
        }

        if (type.Text is not ("plain" or "html"))
            Add(type.Line, Place(number, field), $"\"{type.Text}\" is no mimetype of a body; write \"plain\" or \"html\"");
        else if (bodies.Exists(body => body.Subtype == type.Text))
            Add(type.Line, Place(number, field), $"a second body of the type {type.Text}; mail programs show only one");
        else if (type.Text == "plain" && bodies.Count > 0)
            Warn(type.Line, Place(number, field), "plain after html: mail programs prefer the last one; put html last");
        bodies.Add(new ResponseBody(type.Text, NotBlank(number, field, text)));
    }

    private string NotBlank(int number, string field, LocatedJson text)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
            Add(text.Line, Place(number, field), "is empty; an empty reply helps nobody");
        return text.Text;
    }

    private List<ResponseAttachment> ReadAttachments(int number, LocatedJson? value)
    {
        const string field = "attachments";
        var attachments = new List<ResponseAttachment>();
        if (value is null or { Kind: JsonValueKind.Null })
            return attachments;
        if (value.Kind != JsonValueKind.Array)
            Add(value.Line, Place(number, field), "must be null or a list of [bucket, file, shown name], but is " + value.KindInWords);
        for (var i = 0; i < value.Items.Count; i++)
        {
            var item = value.Items[i];
            var place = Place(number, Indexed(field, i));
            if (item.Items is not [{ Kind: JsonValueKind.String } bucket, { Kind: JsonValueKind.String } file, { Kind: JsonValueKind.String } shown])
            {
                Add(item.Line, place, "must be [bucket, file name in the bucket, file name shown], three texts");
                continue;
            }

            if (!FilesFolder.IsPlainPath(bucket.Text) || !FilesFolder.IsPlainPath(file.Text))
                Add(item.Line, place, $"\"{bucket.Text}\" / \"{file.Text}\": bucket and file must be names without \"..\" and not begin with \"/\"");
            if (string.IsNullOrWhiteSpace(shown.Text) || shown.Text.AsSpan().ContainsAny("/\\") || shown.Text.Any(char.IsControl))
                Add(shown.Line, place, $"\"{shown.Text}\" cannot be the name of a file that somebody saves");
            attachments.Add(new ResponseAttachment(bucket.Text, file.Text, shown.Text, item.Line));
        }

        return attachments;
    }

    private LocatedJson? Optional(int number, Dictionary<string, LocatedJson> fields, string name)
    {
        if (!fields.TryGetValue(name, out var value) || value.Kind == JsonValueKind.Null)
            return null;
        if (value.Kind == JsonValueKind.String)
            return value;
        Add(value.Line, Place(number, name), "must be a text, but is " + value.KindInWords);
        return null;
    }

    private void CheckNumberOfEntries(ResponseBook book)
    {
        foreach (var address in book.Addresses)
        {
            var entries = book.EntriesFor(address);
            if (entries.Count > Claim.MaxEntries)
                Add(entries[Claim.MaxEntries].Line, Place(entries[Claim.MaxEntries].Number), $"more than {Claim.MaxEntries} entries for {address}");
        }
    }

    /// <summary>example.com beside exmaple.com is more likely a slip than a second domain. Digits tell real ones apart.</summary>
    private void CheckLookalikes(ResponseBook book)
    {
        var domains = new Dictionary<string, ResponseEntry>();
        foreach (var entry in book.Entries)
            domains.TryAdd(entry.Address[(entry.Address.LastIndexOf('@') + 1)..].TrimEnd('.'), entry);
        // A slip is written once; comparing every pair of a large book would not be worth the time.
        if (domains.Count > 200)
            return;
        foreach (var (domain, entry) in domains)
        {
            foreach (var (other, first) in domains)
            {
                if (first.Number < entry.Number && Words.EditDistance(WithoutDigits(domain), WithoutDigits(other)) == 1)
                    Warn(entry.Line, Place(entry.Number, "email_addr"), $"the domain {domain} looks like {other} of entry {first.Number}; is one of them a slip?");
            }
        }
    }

    private static string WithoutDigits(string domain) => string.Concat(domain.Where(c => !char.IsAsciiDigit(c)));

    private static string Indexed(string field, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{field}[{index + 1}]");

    private static string Place(int number, string field = "") =>
        string.Create(CultureInfo.InvariantCulture, $"entry {number}{(field.Length > 0 ? ", " : "")}{field}");

    private void Add(int line, string place, string problem) => _faults.Add(new Fault(_path, line, place, problem));

    private void Warn(int line, string place, string problem) =>
        _faults.Add(new Fault(_path, line, place, problem, IsWarning: true));
}
