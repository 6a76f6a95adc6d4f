using System.Text.Json;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>The pools of a response book: <c>{ "mirrors": { "links": […], "each": 3, "days": 7 } }</c>.</summary>
/// <param name="path">The book's file, for faults.</param>
/// <param name="faults">Added to.</param>
internal sealed class LinkPools(string path, List<Fault> faults)
{
    private static readonly string[] Names = ["links", "each", "days"];
    private readonly Dictionary<string, (LinkPool Pool, int Line)> _pools = [];
    private readonly HashSet<string> _used = [];

    private bool HasRoom => faults.Count < Fault.MostOfAFile;

    /// <param name="json">The object with the pools; null where the book has none.</param>
    public void Read(LocatedJson? json)
    {
        if (json is not null && json.Kind != JsonValueKind.Object)
            Add(json.Line, "", "must be an object { \"name\": { … } }, but is " + json.KindInWords);
        foreach (var (name, line, value) in json?.Members ?? [])
        {
            if (!HasRoom)
                break;
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                Add(line, name, "is no name of a pool; it has letters, digits, - and _");
            else if (_pools.ContainsKey(name))
                Add(line, name, "stands twice; keep one of the two");
            else if (value.Kind != JsonValueKind.Object)
                Add(value.Line, name, "must be an object { \"links\": [ … ], \"each\": 3, \"days\": 7 }, but is "
                    + value.KindInWords);
            else
                _pools.Add(name, (Read(name, value), line));
        }
    }

    /// <summary>Null when there is none with the name; else it counts as used.</summary>
    public LinkPool? Find(string name) => _pools.TryGetValue(name, out var found) && (_used.Add(name) || true)
        ? found.Pool : null;

    /// <summary>What a slip of a name was meant to be; null when none is near.</summary>
    public string? Nearest(string name) => Words.Nearest(name, [.. _pools.Keys]);

    public void CheckUse()
    {
        foreach (var (name, (_, line)) in _pools.Where(pool => !_used.Contains(pool.Key)).TakeWhile(_ => HasRoom))
            Add(line, name, $"no body has {{{{{name}}}}}; take the pool out, or write that into one");
    }

    private LinkPool Read(string name, LocatedJson value)
    {
        var section = new SettingsSection(path, $"pools.{name}.", value, Names, faults);
        var links = section.Texts("links", required: true);
        var seen = new HashSet<string>();
        foreach (var (link, line) in links.TakeWhile(_ => HasRoom))
        {
            if (!IsUrl(link))
                section.Add(line, "links",
                    $"\"{link}\" is no web address like \"https://example.com/\", in ASCII without spaces");
            else if (!seen.Add(link))
                section.Add(line, "links", $"\"{link}\" stands twice; keep one of the two");
        }

        foreach (var missing in Names[1..].Where(missing => !section.Has(missing)))
            section.Add(value.Line, missing, "is missing; it has no default");
        var each = (int)section.Number("each", 1, 1, Math.Max(1, links.Count));
        var days = (int)section.Number("days", 1, 1, LinkPool.MostDays);
        if (links.Count > 1 && links.Select(link => HostOf(link.Text)).Distinct().Count() == 1)
        {
            section.Warn(section.LineOf("links"), "links",
                $"all are at {HostOf(links[0].Text)}: whoever blocks that host blocks them all");
        }

        return new LinkPool(name, [.. links.Select(link => link.Text)], each, days);
    }

    /// <summary>Whether programs find it in a text and open it (RFC 3986).</summary>
    private static bool IsUrl(string link) => !link.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !link.AsSpan().ContainsAny("<>\"\\") && HostOf(link).Length > 0;

    private static string HostOf(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var url) && link.Contains("://", StringComparison.Ordinal)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url.IdnHost.TrimEnd('.') : "";

    private void Add(int line, string name, string problem) =>
        faults.Add(new Fault(path, line, name.Length > 0 ? "pools." + name : "pools", problem));
}
