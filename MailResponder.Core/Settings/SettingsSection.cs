using System.Globalization;
using System.Text.Json;

namespace MailResponder.Settings;

/// <summary>
/// The members of one JSON object as typed settings; what does not fit becomes a fault with its line.
/// </summary>
internal sealed class SettingsSection
{
    private readonly string _file;
    private readonly string _prefix;
    private readonly LocatedJson _json;
    private readonly List<Fault> _faults;
    private readonly Dictionary<string, LocatedJson> _values = [];

    public SettingsSection(string file, string prefix, LocatedJson json, string[] names, List<Fault> faults)
    {
        _file = file;
        _prefix = prefix;
        _json = json;
        _faults = faults;
        foreach (var (name, line, value) in json.Members)
        {
            if (faults.Count >= Fault.MostOfAFile)
            {
                Add(line, name, "and whatever follows: too much is wrong here; is this a settings file?");
                break;
            }

            if (!names.Contains(name))
            {
                var nearest = Words.Nearest(name, names);
                Add(line, name, "is not a setting"
                    + (nearest is null ? $"; the settings here are: {string.Join(", ", names)}"
                    : $"; did you mean \"{nearest}\"?"));
            }
            else if (!_values.TryAdd(name, value))
            {
                Add(line, name, "is set twice; keep one of the two");
            }
        }
    }

    public delegate bool Parser<T>(string text, bool ignoreCase, out T value);

    /// <summary>Whether the setting is there, be it right or wrong.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    public int LineOf(string name) => _values.TryGetValue(name, out var value) ? value.Line : _json.Line;

    /// <summary>
    /// A non-empty string; <paramref name="standard"/> (empty when none) where it is absent, empty where it is faulty.
    /// </summary>
    public string Text(string name, string standard = "", bool required = false)
    {
        if (Find(name, required) is not { } value)
            return standard;
        if (value.Kind == JsonValueKind.String && value.Text.Length > 0 && !value.Text.Contains('\0'))
            return value.Text;
        Add(value.Line, name, "must be a text in quotes, but is " + Shown(value));
        return "";
    }

    /// <summary>
    /// The https address of a service, or its http address on this host; null when it is absent or faulty. Over http,
    /// anybody on the way could read and change requests and the response book.
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

        Add(value.Line, name, $"must be a web address like \"https://host:port\", but is {Shown(value)}; http:// is " +
            "taken for this host (127.0.0.1) only, because it can be read and changed on the way");
        return null;
    }

    /// <summary>The strings of a list, each with its line; empty when it is absent.</summary>
    public List<(string Text, int Line)> Texts(string name, bool required = false)
    {
        var texts = new List<(string, int)>();
        if (Find(name, required) is not { } value)
            return texts;
        if (value.Kind != JsonValueKind.Array)
            Add(value.Line, name, "must be a list of texts [\"…\", \"…\"], but is " + Shown(value));
        else if (required && value.Items.Count == 0)
            Add(value.Line, name, "is empty; name at least one");
        foreach (var item in value.Items.TakeWhile(_ => _faults.Count < Fault.MostOfAFile))
        {
            if (item.Kind == JsonValueKind.String && item.Text.Length > 0)
                texts.Add((item.Text, item.Line));
            else
                Add(item.Line, name, "holds something that is not a text: " + Shown(item));
        }

        return texts;
    }

    /// <summary>A whole number within the bounds, both included.</summary>
    public long Number(string name, long standard, long least, long most)
    {
        if (Find(name, required: false) is not { } value)
            return standard;
        if (value.Kind == JsonValueKind.Number
            && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Add(value.Line, name, $"must be a whole number from {least} to {most}, but is {Shown(value)}");
        return standard;
    }

    /// <summary>A member of an enum by its name with hyphens (<see cref="Words.Hyphenated"/>), in any case.</summary>
    public T Choice<T>(string name, T standard) where T : struct, Enum
    {
        if (!Has(name))
            return standard;
        var members = Enum.GetValues<T>();
        var names = Array.ConvertAll(members, member => member.Hyphenated());
        return Choice(name, names, TryParse, standard);

        bool TryParse(string text, bool ignoreCase, out T member)
        {
            var index = Array.FindIndex(names, each => each.Equals(text, StringComparison.OrdinalIgnoreCase));
            member = index < 0 ? standard : members[index];
            return index >= 0;
        }
    }

    /// <summary>One of the named choices, in any case.</summary>
    public T Choice<T>(string name, IReadOnlyList<string> choices, Parser<T> parse, T standard, bool required = false)
    {
        if (Find(name, required) is not { } value)
            return standard;
        if (value.Kind == JsonValueKind.String && parse(value.Text, true, out var choice))
            return choice;

        var nearest = value.Kind == JsonValueKind.String ? Words.Nearest(value.Text, choices) : null;
        Add(value.Line, name, $"must be one of {string.Join(", ", choices)}, but is {Shown(value)}"
            + (nearest is null ? "" : $"; did you mean \"{nearest}\"?"));
        return standard;
    }

    /// <summary>The object behind <paramref name="name"/>; null when it is absent, null or no object.</summary>
    public SettingsSection? Section(string name, string[] names, bool required = false)
    {
        if (Find(name, required) is not { } value)
            return null;
        if (value.Kind == JsonValueKind.Object)
            return new SettingsSection(_file, _prefix + name + ".", value, names, _faults);
        if (value.Kind != JsonValueKind.Null || required)
            Add(value.Line, name, "must be an object { … }, but is " + Shown(value));
        return null;
    }

    /// <summary>The objects of a list; empty when it is absent.</summary>
    public List<SettingsSection> Sections(string name, string[] names)
    {
        var sections = new List<SettingsSection>();
        if (Find(name, required: false) is not { } value)
            return sections;
        if (value.Kind != JsonValueKind.Array)
            Add(value.Line, name, "must be a list of objects [ { … } ], but is " + Shown(value));
        for (var i = 0; i < value.Items.Count; i++)
        {
            var item = value.Items[i];
            var place = $"{name}[{i + 1}]";
            if (item.Kind == JsonValueKind.Object)
                sections.Add(new SettingsSection(_file, _prefix + place + ".", item, names, _faults));
            else
                Add(item.Line, place, "must be an object { … }, but is " + Shown(item));
        }

        return sections;
    }

    /// <summary>An object whose names are free and whose values are texts, in order; empty when it is absent.</summary>
    public List<(string Name, string Value, int Line)> Pairs(string name, bool required = false)
    {
        var pairs = new List<(string, string, int)>();
        if (Find(name, required) is not { } value)
            return pairs;
        if (value.Kind != JsonValueKind.Object)
            Add(value.Line, name, "must be an object { \"…\": \"…\" }, but is " + Shown(value));
        foreach (var (key, line, item) in value.Members)
        {
            if (item.Kind == JsonValueKind.String)
                pairs.Add((key, item.Text, line));
            else
                Add(line, $"{name}.{key}", "must be a text in quotes, but is " + Shown(item));
        }

        return pairs;
    }

    public void Add(int line, string name, string problem) =>
        _faults.Add(new Fault(_file, line, _prefix + name, problem));

    /// <summary>Adds what is probably wrong but can be used.</summary>
    public void Warn(int line, string name, string problem) =>
        _faults.Add(new Fault(_file, line, _prefix + name, problem, IsWarning: true));

    private LocatedJson? Find(string name, bool required)
    {
        if (_values.TryGetValue(name, out var value))
            return value;
        if (required)
            Add(_json.Line, name, "is missing; it has no default");
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
