using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Book;

/// <summary>
/// Reads and checks the entries of a response book, one at a time. An entry is an object with email_addr, body,
/// attachments and optionally send_method, subject and require_authentication.
/// </summary>
/// <param name="faults">The faults of the book, to which those of the entries are added.</param>
/// <param name="pools">The pools of the book. Null if the book is only a list; then {{ has no special meaning.</param>
internal sealed class ResponseEntryReader(FileFaults faults, LinkPools? pools)
{
    private const string EmailAddr = "email_addr", Body = "body", Attachments = "attachments";

    private static readonly string[] Fields =
        [EmailAddr, Body, Attachments, "send_method", "subject", AuthenticationRequirement.Name];

    private readonly List<LinkPool> _poolsOfEntry = [];

    public static bool IsField(string name) => Fields.Contains(name);

    /// <summary>
    /// Reads one entry. Null if it is not an object. An entry with faults is returned nevertheless; the caller must not
    /// use it.
    /// </summary>
    /// <param name="number">The position in the book, counted from 1.</param>
    /// <param name="json">The object with its line numbers.</param>
    public ResponseEntry? Read(int number, LocatedJson json)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            faults.Add(json.Line, $"entry {number}", "must be an object { … }, but is " + json.KindInWords);
            return null;
        }

        var fields = new SettingsSection(faults, $"entry {number}, ", json, Fields);
        var address = ReadAddress(fields);
        _poolsOfEntry.Clear();
        var bodies = ReadBodies(fields);
        // Without a pool the text is final, so {{{{ is replaced here and not for each message.
        if (pools is not null && _poolsOfEntry.Count == 0)
            bodies = bodies.ConvertAll(body => body with { Text = PoolText.Fill(body.Text, _ => "") });
        return new ResponseEntry(number, json.Line, address, bodies, ReadAttachments(fields),
            fields["send_method"] is null ? null
                : fields.Choice("send_method", SendMethods.Names, SendMethods.Of), ReadSubject(fields))
        {
            Requirement = AuthenticationRequirement.Read(fields),
            Pools = [.. _poolsOfEntry],
        };
    }

    private static string ReadAddress(SettingsSection fields)
    {
        var address = fields.Text(EmailAddr, required: true);
        if (!MailDomain.TrySplit(address, out var local, out var domain)
            || local.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !MailboxAddress.TryParse(address, out var mailbox) || mailbox.LocalPart != local)
        {
            if (address.Length > 0)
                fields.Add(EmailAddr, $"\"{address}\" is not a whole mail address like \"get@example.com\"");
            return address;
        }

        var problem = address.Contains('*') && local != "*"
                ? ": a * must be alone before the @, and means all addresses that the book does not know; write "
                    + $"\"*{address[local.Length..]}\" or the whole address"
            : address.Any(char.IsAsciiLetterUpper) ? $" has upper-case letters; write \"{address.ToLowerInvariant()}\""
            : address[^1] == '.' ? $" ends with a dot; write \"{address[..^1]}\""
            : null;
        if (problem is null)
            return $"{local}@{domain}";
        fields.Add(EmailAddr, $"\"{address}\"{problem}");
        return address;
    }

    private List<ResponseBody> ReadBodies(SettingsSection fields)
    {
        var bodies = new List<ResponseBody>();
        var value = fields[Body];
        if (value is null)
            fields.Add(Body, "is missing; write a text or [[\"plain\", \"…\"], [\"html\", \"…\"]]");
        else if (value.Kind == JsonValueKind.String)
            bodies.Add(new ResponseBody("plain", NotBlank(fields, Body, value)));
        else if (value.Items.Count == 0)
            fields.Add(Body, "must be a text or a list of [mimetype, text], but is "
                + (value.Kind == JsonValueKind.Array ? "an empty list" : value.KindInWords));
        for (var i = 0; i < value?.Items.Count; i++)
            ReadBody(fields, $"{Body}[{i + 1}]", value.Items[i], bodies);
        return bodies;
    }

    private void ReadBody(SettingsSection fields, string field, LocatedJson item, List<ResponseBody> bodies)
    {
        if (item.Items is not [{ Kind: JsonValueKind.String } type, { Kind: JsonValueKind.String } text])
        {
            fields.Add(item.Line, field, "must be [mimetype, text], like [\"plain\", \"…\"]");
            return;
        }

        if (type.Text is not ("plain" or "html"))
            fields.Add(type.Line, field, $"\"{type.Text}\" is not a mimetype of a body; write \"plain\" or \"html\"");
        else if (bodies.Exists(body => body.Subtype == type.Text))
            fields.Add(type.Line, field, $"a second body of the type {type.Text}; mail programs show only one");
        else if (type.Text == "plain" && bodies.Count > 0)
            fields.Warn(type.Line, field, "plain after html: mail programs prefer the last one; put html last");
        var body = new ResponseBody(type.Text, NotBlank(fields, field, text, isHtml: type.Text == "html"));
        // Bodies of an invalid type are not kept: there may be a million, and each check for a duplicate searches all.
        if (body.Subtype is "plain" or "html")
            bodies.Add(body);
    }

    private string NotBlank(SettingsSection fields, string field, LocatedJson text, bool isHtml = false)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
            fields.Add(text.Line, field, "is empty; an empty reply helps nobody");
        if (text.Text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            fields.Warn(text.Line, field, "contains a control character, which a terminal might interpret; remove it");
        FindPools(fields, field, text, isHtml);
        return text.Text;
    }

    private void FindPools(SettingsSection fields, string field, LocatedJson text, bool isHtml)
    {
        const int mostShown = 40;
        if (pools is null && text.Text.Contains("{{", StringComparison.Ordinal)
            && text.Text.Contains("}}", StringComparison.Ordinal))
        {
            fields.Warn(text.Line, field,
                "contains {{ and }}, which name a pool only if the book is an object with \"pools\" and \"entries\"");
        }

        if (pools is null)
            return;
        var places = new HtmlPlaces(isHtml ? text.Text : "");
        foreach (var (name, at) in PoolText.Names(text.Text))
        {
            if (faults.IsFull)
                return;
            if (pools.Find(name) is not { } pool)
            {
                var shown = name.Length > mostShown ? name[..mostShown] + "…" : name;
                var remedy = name.Length <= mostShown && pools.Nearest(name) is { } near
                    ? $"did you mean {{{{{near}}}}}?" : "for a {{ in the text, write {{{{";
                fields.Add(text.Line, field, $"{{{{{shown}}}}} does not name a pool; {remedy}");
                continue;
            }

            if (places.At(at) is { } place)
                fields.Add(text.Line, field, $"{{{{{name}}}}} is inside {place}, where it makes no working link; "
                    + $"write {{{{{name}}}}} as text: it becomes a link");
            if (!_poolsOfEntry.Contains(pool))
                _poolsOfEntry.Add(pool);
        }
    }

    private static List<ResponseAttachment> ReadAttachments(SettingsSection fields)
    {
        var attachments = new List<ResponseAttachment>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var value = fields[Attachments];
        if (value is { Kind: not JsonValueKind.Array })
            fields.Add(Attachments,
                "must be null or a list of [bucket, file, shown name], but is " + value.KindInWords);
        for (var i = 0; i < value?.Items.Count; i++)
        {
            var (item, place) = (value.Items[i], $"{Attachments}[{i + 1}]");
            if (item.Items is not [{ Kind: JsonValueKind.String } bucket, { Kind: JsonValueKind.String } file,
                { Kind: JsonValueKind.String } shown])
            {
                fields.Add(item.Line, place, "must be [bucket, file name in the bucket, file name shown], three texts");
                continue;
            }

            if (!FolderSource.IsPlainPath(bucket.Text) || !FolderSource.IsPlainPath(file.Text))
                fields.Add(item.Line, place, $"\"{bucket.Text}\" / \"{file.Text}\": bucket and file must have no "
                    + "empty, \".\" or \"..\" part, and no \"\\\"");
            else if (bucket.Text.StartsWith('.'))
                fields.Add(bucket.Line, place, $"\"{bucket.Text}\": a bucket must not begin with a dot; such names "
                    + "below files_root are this program's own");
            if (shown.Text.Trim() is "" or "." or ".." || shown.Text.Trim() != shown.Text
                || shown.Text.AsSpan().ContainsAny("/\\") || shown.Text.Any(LineText.Breaks))
                fields.Add(shown.Line, place, $"\"{shown.Text}\" cannot be used as a file name");
            else if (!names.Add(shown.Text))
                fields.Warn(shown.Line, place, $"another attachment is shown as \"{shown.Text}\", too; saved into "
                    + "one folder, only one of them is left");
            attachments.Add(new ResponseAttachment(bucket.Text, file.Text, shown.Text, item.Line));
        }

        return attachments;
    }

    private static string? ReadSubject(SettingsSection fields)
    {
        var value = fields["subject"];
        if (value is not null && (value.Kind != JsonValueKind.String || string.IsNullOrWhiteSpace(value.Text)
            || value.Text.Any(LineText.Breaks)))
            fields.Add("subject",
                "must be one line of text; leave the field out for \"Re: \" and the request's subject or address");
        return value?.Text;
    }
}
