using System.Text.Json;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The link pools of a response book, read from <c>{ "mirrors": { "links": […], "each": 3, "days": 7 } }</c>.
/// </summary>
internal sealed class LinkPools
{
    private static readonly string[] Names = ["links", "each", "days"];
    private readonly FileFaults _faults;
    private readonly Dictionary<string, (LinkPool Pool, int Line)> _pools = [];
    private readonly HashSet<string> _used = [];

    /// <summary>Reads and checks the pools.</summary>
    /// <param name="faults">The faults of the book, to which those of the pools are added.</param>
    /// <param name="json">The object with the pools. Null if the book has none.</param>
    public LinkPools(FileFaults faults, LocatedJson? json)
    {
        _faults = faults;
        if (json is not null && json.Kind != JsonValueKind.Object)
            faults.Add(json.Line, "pools", "must be an object { \"name\": { … } }, but is " + json.KindInWords);
        foreach (var (name, line, value) in json?.Members ?? [])
        {
            var place = "pools." + name;
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                faults.Add(line, place, "is not a valid name of a pool; use only letters, digits, - and _");
            else if (_pools.ContainsKey(name))
                faults.Add(line, place, "appears twice; keep one of the two");
            else if (value.Kind != JsonValueKind.Object)
                faults.Add(value.Line, place,
                    "must be an object { \"links\": [ … ], \"each\": 3, \"days\": 7 }, but is " + value.KindInWords);
            else
                _pools.Add(name, (Read(name, new SettingsSection(faults, place + ".", value, Names)), line));
        }
    }

    /// <summary>Finds a pool by its name and marks it as used. Null if there is none.</summary>
    public LinkPool? Find(string name)
    {
        _used.Add(name);
        return _pools.GetValueOrDefault(name).Pool;
    }

    /// <summary>Returns the pool name that a mistyped name resembles. Null if none is similar.</summary>
    public string? Nearest(string name) => Words.Nearest(name, [.. _pools.Keys]);

    /// <summary>Adds a fault for each pool that was never found, and so is used by no body.</summary>
    public void CheckUse()
    {
        foreach (var (name, (_, line)) in _pools.Where(pool => !_used.Contains(pool.Key)))
            _faults.Add(line, "pools." + name,
                $"no body contains {{{{{name}}}}}; remove the pool, or write {{{{{name}}}}} in a body");
    }

    private static LinkPool Read(string name, SettingsSection section)
    {
        var links = section.Texts("links", required: true);
        var seen = new HashSet<string>();
        foreach (var (link, line) in links)
        {
            if (!IsUrl(link))
                section.Add(line, "links",
                    $"\"{link}\" is not a web address like \"https://example.com/\", in ASCII without spaces");
            else if (!seen.Add(link))
                section.Add(line, "links", $"\"{link}\" appears twice; keep one of the two");
        }

        var each = (int)section.Number("each", 1, 1, Math.Max(1, links.Count), required: true);
        var days = (int)section.Number("days", 1, 1, LinkPool.MostDays, required: true);
        if (links.Count > 1 && links.Select(link => HostOf(link.Text)).Distinct().Count() == 1)
            section.Warn("links",
                $"all are on {HostOf(links[0].Text)}: a censor who blocks that host blocks them all");
        return new LinkPool(name, [.. links.Select(link => link.Text)], each, days);
    }

    /// <summary>
    /// Whether mail programs recognize the link in a text and open it: it is http or https in ASCII (RFC 3986).
    /// </summary>
    private static bool IsUrl(string link) => !link.AsSpan().ContainsAny("<>\"\\") && HostOf(link).Length > 0;

    /// <summary>Returns the host of a link; empty if it is not a web address in ASCII.</summary>
    private static string HostOf(string link) =>
        !link.AsSpan().ContainsAnyExceptInRange('!', '~') && link.Contains("://", StringComparison.Ordinal)
            && Uri.TryCreate(link, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url.Host.TrimEnd('.') : "";
}
