using System.Globalization;
using System.Text.Json;
using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Settings;

/// <summary>
/// Reads the members of one JSON object as typed settings. A value that does not fit becomes a fault with its line.
/// </summary>
internal sealed class SettingsSection
{
    private readonly FileFaults _faults;
    private readonly string _prefix;
    private readonly LocatedJson _json;
    private readonly Dictionary<string, LocatedJson> _values = [];

    /// <param name="faults">The faults of the file, to which this adds its own.</param>
    /// <param name="prefix">The beginning of the place of each fault.</param>
    /// <param name="json">The object.</param>
    /// <param name="names">The names of all members that it may have.</param>
    public SettingsSection(FileFaults faults, string prefix, LocatedJson json, string[] names)
    {
        (_faults, _prefix, _json) = (faults, prefix, json);
        foreach (var (name, line, value) in json.Members)
        {
            if (faults.IsFull)
                break;
            if (!names.Contains(name))
                Add(line, name, "is unknown; " + (Words.Nearest(name, names) is { } nearest
                    ? $"did you mean \"{nearest}\"?" : $"known here are {string.Join(", ", names)}"));
            else if (!_values.TryAdd(name, value))
                Add(line, name, "appears twice; keep one of the two");
        }
    }

    /// <summary>The value of a setting, valid or not. Null if it is absent, or the null of JSON.</summary>
    public LocatedJson? this[string name] =>
        _values.TryGetValue(name, out var value) && value.Kind != JsonValueKind.Null ? value : null;

    /// <summary>Whether the setting is present, valid or not.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>
    /// Returns a non-empty string. If it is absent, returns <paramref name="standard"/>, which is empty by default. If
    /// it is faulty, returns an empty string.
    /// </summary>
    public string Text(string name, string standard = "", bool required = false)
    {
        if (Find(name, required) is not { } value)
            return standard;
        if (value.Kind == JsonValueKind.String && value.Text.Length > 0 && !value.Text.Contains('\0'))
            return value.Text;
        Refuse(name, value, "a text in quotes");
        return "";
    }

    /// <summary>Returns a non-empty string. Null if it is absent or faulty.</summary>
    public string? TextOrNull(string name) =>
        Text(name) is { Length: > 0 } text ? text : null;

    /// <summary>Reads a string as <see cref="Text"/> does, and returns it as an absolute path.</summary>
    public string FilePath(string name, string standard = "", bool required = false) =>
        Text(name, standard, required) is { Length: > 0 } text ? Path.GetFullPath(Path.Combine(_faults.Folder, text))
            : "";

    /// <summary>Returns an absolute path. Null if it is absent or faulty.</summary>
    public string? FilePathOrNull(string name, bool required = false) =>
        FilePath(name, required: required) is { Length: > 0 } path ? path : null;

    /// <summary>
    /// Returns a mail address, possibly with a display name. If it is absent or faulty, returns an address that cannot
    /// exist.
    /// </summary>
    public MailboxAddress Mailbox(string name)
    {
        var text = Text(name, required: true);
        if (MailboxAddress.TryParse(text, out var mailbox) && MailDomain.TryNormalize(mailbox.Domain, out _)
            && System.Text.Ascii.IsValid(mailbox.LocalPart) && !(mailbox.Name ?? "").Any(LineText.Breaks))
        {
            return mailbox;
        }

        if (text.Length > 0)
            Add(name,
                $"\"{text}\" is not a mail address; write \"name@example.com\" or \"Display Name <name@example.com>\"");
        return new MailboxAddress("", "invalid@invalid");
    }

    /// <summary>Returns a list of domains, normalised. Empty if it is absent.</summary>
    public List<string> Domains(string name, bool required = false) =>
        Texts(name, required).ConvertAll(text => Domain(name, text.Text, text.Line));

    /// <summary>Returns a domain, normalised.</summary>
    public string Domain(string name) => Domain(name, Text(name, required: true), LineOf(name));

    /// <summary>
    /// Returns the https address of a service, or its http address on this host. Null if it is absent or faulty. Over
    /// http to another host, an attacker on the path could read and change requests and the response book.
    /// </summary>
    public Uri? Endpoint(string name)
    {
        if (Find(name, required: false) is not { } value)
            return null;
        if (value.Kind == JsonValueKind.String && Uri.TryCreate(value.Text, UriKind.Absolute, out var address)
            && address.UserInfo.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            return address;
        }

        Refuse(name, value, "a web address like \"https://host:port\"", "; http:// is accepted only for this "
            + "host (127.0.0.1), because it can be read and changed in transit");
        return null;
    }

    /// <summary>Returns the strings of a list, each with its line. Empty if it is absent.</summary>
    public List<(string Text, int Line)> Texts(string name, bool required = false)
    {
        var texts = new List<(string, int)>();
        var list = Find(name, required, JsonValueKind.Array, "a list of texts [\"…\", \"…\"]");
        if (required && list is { Items: [] })
            Add(name, "is empty; name at least one");
        foreach (var item in list?.Items ?? [])
        {
            if (item.Kind == JsonValueKind.String && item.Text.Length > 0)
                texts.Add((item.Text, item.Line));
            else
                Add(item.Line, name, "contains something that is not a text: " + Shown(item));
        }

        return texts;
    }

    /// <summary>Returns a whole number within the bounds, both included.</summary>
    public long Number(string name, long standard, long least, long most, bool required = false)
    {
        if (Find(name, required) is not { } value)
            return standard;
        if (value.Kind == JsonValueKind.Number
            && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, value, $"a whole number from {least} to {most}");
        return standard;
    }

    /// <summary>
    /// Returns a member of an enum by its name with hyphens (<see cref="Words.Hyphenated"/>), ignoring case.
    /// </summary>
    public T Choice<T>(string name, T standard) where T : struct, Enum
    {
        if (!Has(name))
            return standard;
        var members = Enum.GetValues<T>();
        var names = Array.ConvertAll(members, member => member.Hyphenated());
        return Choice<T>(name, names, text => Array.FindIndex(names,
            each => each.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var i ? members[i] : null)
            ?? standard;
    }

    /// <summary>Returns one of the named choices. Null if it is absent or faulty.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="choices">The names of the choices.</param>
    /// <param name="parse">Converts a name. Null for any other text.</param>
    /// <param name="required">Whether the setting must be present.</param>
    /// <param name="remedy">A remedy for a value that resembles none of the names.</param>
    public T? Choice<T>(string name, IReadOnlyList<string> choices, Func<string, T?> parse, bool required = false,
        string remedy = "") where T : struct
    {
        if (Find(name, required) is not { } value)
            return null;
        var text = value.Kind == JsonValueKind.String ? value.Text : null;
        if (text is not null && parse(text) is { } choice)
            return choice;
        var nearest = text is null ? null : Words.Nearest(text, choices);
        Refuse(name, value, "one of " + string.Join(", ", choices),
            nearest is null ? remedy : $"; did you mean \"{nearest}\"?");
        return null;
    }

    /// <summary>
    /// Returns the object that <paramref name="name"/> holds. Null if it is absent, null or not an object.
    /// </summary>
    public SettingsSection? Section(string name, string[] names, bool required = false)
    {
        if (!required && this[name] is null)
            return null;
        var value = Find(name, required, JsonValueKind.Object, "an object { … }");
        return value is null ? null : new SettingsSection(_faults, _prefix + name + ".", value, names);
    }

    /// <summary>Returns the objects of a list. Empty if it is absent.</summary>
    public List<SettingsSection> Sections(string name, string[] names)
    {
        var sections = new List<SettingsSection>();
        var items = Find(name, required: false, JsonValueKind.Array, "a list of objects [ { … } ]")?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            var place = $"{name}[{i + 1}]";
            if (items[i].Kind == JsonValueKind.Object)
                sections.Add(new SettingsSection(_faults, _prefix + place + ".", items[i], names));
            else
                Refuse(place, items[i], "an object { … }");
        }

        return sections;
    }

    /// <summary>
    /// Returns the members of an object with arbitrary names and text values, in order. Empty if it is absent.
    /// </summary>
    public List<(string Name, string Value, int Line)> Pairs(string name, bool required = false)
    {
        var pairs = new List<(string, string, int)>();
        foreach (var (key, line, item) in
            Find(name, required, JsonValueKind.Object, "an object { \"…\": \"…\" }")?.Members ?? [])
        {
            if (item.Kind == JsonValueKind.String)
                pairs.Add((key, item.Text, line));
            else
                Refuse($"{name}.{key}", item, "a text in quotes");
        }

        return pairs;
    }

    /// <summary>Adds a fault of a setting.</summary>
    public void Add(string name, string problem) => Add(LineOf(name), name, problem);

    public void Add(int line, string name, string problem) => _faults.Add(line, _prefix + name, problem);

    /// <summary>Adds a warning about a setting that is probably wrong but can be used.</summary>
    public void Warn(string name, string problem) => Warn(LineOf(name), name, problem);

    public void Warn(int line, string name, string problem) => _faults.Warn(line, _prefix + name, problem);

    private void Refuse(string name, LocatedJson value, string form, string more = "") =>
        Add(value.Line, name, $"must be {form}, but is {Shown(value)}{more}");

    private int LineOf(string name) => _values.TryGetValue(name, out var value) ? value.Line : _json.Line;

    private string Domain(string name, string text, int line)
    {
        if (MailDomain.TryNormalize(text, out var domain))
            return domain;
        if (text.Length > 0)
            Add(line, name, $"\"{text}\" is not a domain; write it like \"example.com\"");
        return text;
    }

    private LocatedJson? Find(string name, bool required)
    {
        if (_values.TryGetValue(name, out var value))
            return value;
        if (required)
            Add(_json.Line, name, "is missing; it has no default");
        return null;
    }

    /// <summary>
    /// Returns the value if it is present and of that kind, otherwise null. A value of another kind is a fault.
    /// </summary>
    private LocatedJson? Find(string name, bool required, JsonValueKind kind, string form)
    {
        var value = Find(name, required);
        if (value is null || value.Kind == kind)
            return value;
        Refuse(name, value, form);
        return null;
    }

    private static string Shown(LocatedJson value) => value.Kind switch
    {
        JsonValueKind.String => $"\"{value.Text}\"",
        JsonValueKind.Number => value.Text,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.KindInWords,
    };
}
