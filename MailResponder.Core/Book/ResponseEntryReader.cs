using System.Globalization;
using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Book;

/// <summary>
/// Reads and checks the entries of a response book, one at a time: objects with email_addr, body, attachments and,
/// optionally, send_method, subject and require_authentication.
/// </summary>
/// <param name="path">The book's file, for faults.</param>
/// <param name="faults">Added to.</param>
/// <param name="pools">Those of the book; null where it is a list alone, and {{ is text like any other.</param>
internal sealed class ResponseEntryReader(string path, List<Fault> faults, LinkPools? pools)
{
    private static readonly string[] Fields =
        ["email_addr", "body", "attachments", "send_method", "subject", AuthenticationRequirement.Name];

    private readonly List<LinkPool> _poolsOfEntry = [];

    /// <summary>How often <see cref="Add"/> was called.</summary>
    public int Errors { get; private set; }

    public static bool IsField(string name) => Fields.Contains(name);

    public static string Place(int number, string field = "") =>
        string.Create(CultureInfo.InvariantCulture, $"entry {number}{(field.Length > 0 ? ", " : "")}{field}");

    public void Add(int line, string place, string problem)
    {
        faults.Add(new Fault(path, line, place, problem));
        Errors++;
    }

    public void Warn(int line, string place, string problem) =>
        faults.Add(new Fault(path, line, place, problem, IsWarning: true));

    /// <summary>
    /// Null when it is no object; an entry with faults comes back all the same, and is not to be used.
    /// </summary>
    /// <param name="number">Position in the book, counted from 1.</param>
    /// <param name="json">The object, with its lines.</param>
    public ResponseEntry? Read(int number, LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            Add(json.Line, Place(number), "must be an object { … }, but is " + json.KindInWords);
            return null;
        }

        var fields = FieldsOf(number, json);
        var address = ReadAddress(number, json, fields.GetValueOrDefault("email_addr"));
        _poolsOfEntry.Clear();
        var bodies = ReadBodies(number, json, fields.GetValueOrDefault("body"));
        // Without a pool nothing is left to be filled in at the message.
        if (pools is not null && _poolsOfEntry.Count == 0)
            bodies = bodies.ConvertAll(body => body with { Text = PoolText.Fill(body.Text, _ => "") });
        var attachments = ReadAttachments(number, fields.GetValueOrDefault("attachments"));
        SendMethod? sendMethod = null;
        if (Optional(number, fields, "send_method") is { } method)
        {
            if (SendMethods.TryParse(method.Text, ignoreCase: true, out var parsed))
                sendMethod = parsed;
            else
                Add(method.Line, Place(number, "send_method"),
                    $"\"{method.Text}\" is none of: {string.Join(", ", SendMethods.Names)}");
        }

        var subject = Optional(number, fields, "subject");
        if (subject is not null && (string.IsNullOrWhiteSpace(subject.Text) || subject.Text.Any(LineText.Breaks)))
            Add(subject.Line, Place(number, "subject"),
                "must be one line of text; leave the field out for \"Re: \" and the request's subject or address");
        return new ResponseEntry(number, json.Line, address, bodies, attachments, sendMethod, subject?.Text)
        {
            Requirement = ReadRequirement(number, fields.GetValueOrDefault(AuthenticationRequirement.Name)),
            Pools = [.. _poolsOfEntry],
        };
    }

    private AuthenticationRequirement ReadRequirement(int number, LocatedJson? value)
    {
        const string field = AuthenticationRequirement.Name;
        if (value is { Kind: JsonValueKind.Object })
            return AuthenticationRequirement.Read(
                new SettingsSection(path, Place(number, field) + ".", value, AuthenticationRequirement.Names, faults));
        if (value is not (null or { Kind: JsonValueKind.Null }))
            Add(value.Line, Place(number, field),
                "must be an object like { \"attachments\": \"full\" }, but is " + value.KindInWords);
        return AuthenticationRequirement.NotSaid;
    }

    private Dictionary<string, LocatedJson> FieldsOf(int number, LocatedJson json)
    {
        var fields = new Dictionary<string, LocatedJson>();
        foreach (var (name, line, value) in json.Members)
        {
            if (Errors >= Fault.MostOfAFile)
                break;
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
            Add(value?.Line ?? entry.Line, Place(number, field),
                value is null ? "is missing" : "must be a text, but is " + value.KindInWords);
            return "";
        }

        var address = value.Text;
        var at = address.LastIndexOf('@');
        if (at <= 0 || address.AsSpan(0, at).ContainsAnyExceptInRange('!', '~')
            || !MailDomain.TryNormalize(address[(at + 1)..], out var domain)
            || !MailboxAddress.TryParse(address, out var mailbox) || mailbox.LocalPart != address[..at])
        {
            Add(value.Line, Place(number, field),
                $"\"{address}\" is not a whole mail address like \"get@example.com\"");
        }
        else if (address.Contains('*') && at > 1)
        {
            Add(value.Line, Place(number, field),
                $"\"{address}\": a * stands alone before the @, for all addresses that the book does not know; write "
                + $"\"*{address[at..]}\" or the whole address");
        }
        else if (address.Any(char.IsAsciiLetterUpper))
        {
            Add(value.Line, Place(number, field),
                $"\"{address}\" has upper-case letters; write \"{address.ToLowerInvariant()}\"");
        }
        else if (address[^1] == '.')
        {
            Add(value.Line, Place(number, field), $"\"{address}\" ends with a dot; write \"{address[..^1]}\"");
        }
        else
        {
            return $"{address[..at]}@{domain}";
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
                    : $"must be a text or a list of [mimetype, text], but is "
                    + $"{(value.Kind == JsonValueKind.Array ? "an empty list" : value.KindInWords)}");
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
            Add(type.Line, Place(number, field),
                $"\"{type.Text}\" is no mimetype of a body; write \"plain\" or \"html\"");
        else if (bodies.Exists(body => body.Subtype == type.Text))
            Add(type.Line, Place(number, field), $"a second body of the type {type.Text}; mail programs show only one");
        else if (type.Text == "plain" && bodies.Count > 0)
            Warn(type.Line, Place(number, field), "plain after html: mail programs prefer the last one; put html last");
        var body = new ResponseBody(type.Text, NotBlank(number, field, text));
        // Those that are none are not kept: there may be a million of them to look through for a second one.
        if (body.Subtype is "plain" or "html")
            bodies.Add(body);
    }

    private string NotBlank(int number, string field, LocatedJson text)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
            Add(text.Line, Place(number, field), "is empty; an empty reply helps nobody");
        if (text.Text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            Warn(text.Line, Place(number, field), "has a control character, which a terminal might obey; take it out");
        FindPools(number, field, text);
        return text.Text;
    }

    private void FindPools(int number, string field, LocatedJson text)
    {
        const int mostShown = 40;
        if (pools is null && text.Text.Contains("{{", StringComparison.Ordinal)
            && text.Text.Contains("}}", StringComparison.Ordinal))
        {
            Warn(text.Line, Place(number, field),
                "has {{ and }}, which name a pool only where the book is an object with \"pools\" and \"entries\"");
        }

        PoolText.Fill(pools is null ? "" : text.Text, name =>
        {
            if (Errors >= Fault.MostOfAFile)
                return "";
            if (pools!.Find(name) is not { } pool)
            {
                var shown = name.Length > mostShown ? name[..mostShown] + "…" : name;
                var remedy = name.Length <= mostShown && pools.Nearest(name) is { } near
                    ? $"did you mean {{{{{near}}}}}?" : "a {{ of the text is written {{{{";
                Add(text.Line, Place(number, field), $"{{{{{shown}}}}} names no pool; {remedy}");
            }
            else if (!_poolsOfEntry.Contains(pool))
            {
                _poolsOfEntry.Add(pool);
            }

            return "";
        });
    }

    private List<ResponseAttachment> ReadAttachments(int number, LocatedJson? value)
    {
        const string field = "attachments";
        var attachments = new List<ResponseAttachment>();
        if (value is null or { Kind: JsonValueKind.Null })
            return attachments;
        if (value.Kind != JsonValueKind.Array)
            Add(value.Line, Place(number, field),
                "must be null or a list of [bucket, file, shown name], but is " + value.KindInWords);
        for (var i = 0; i < value.Items.Count; i++)
        {
            var item = value.Items[i];
            var place = Place(number, Indexed(field, i));
            if (item.Items is not [{ Kind: JsonValueKind.String } bucket, { Kind: JsonValueKind.String } file,
                { Kind: JsonValueKind.String } shown])
            {
                Add(item.Line, place, "must be [bucket, file name in the bucket, file name shown], three texts");
                continue;
            }

            if (!FilesFolder.IsPlainPath(bucket.Text) || !FilesFolder.IsPlainPath(file.Text))
                Add(item.Line, place,
                    $"\"{bucket.Text}\" / \"{file.Text}\": bucket and file must be names without \"..\" and not "
                    + $"begin with \"/\"");
            if (string.IsNullOrWhiteSpace(shown.Text) || shown.Text.AsSpan().ContainsAny("/\\")
                || shown.Text.Any(LineText.Breaks))
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

    private static string Indexed(string field, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{field}[{index + 1}]");
}
