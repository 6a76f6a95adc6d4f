using System.Globalization;
using System.IO.Enumeration;

namespace MailResponder.Doctor;

/// <summary>How long logrotate keeps a log, by its own files (logrotate(8)).</summary>
internal sealed class LogRotation
{
    private const string Main = "/etc/logrotate.conf";
    private const string Folder = "/etc/logrotate.d";

    /// <summary>Endings of names that logrotate does not read.</summary>
    private static readonly string[] Left =
    [
        ".bak", ".disabled", ".dpkg-bak", ".dpkg-dist", ".dpkg-new", ".dpkg-old", ".dpkg-tmp", ".swp", ".ucf-dist",
        ".ucf-new", ".ucf-old", ",v", "~",
    ];

    private readonly List<(List<string> Names, Dictionary<string, string> Directives)> _logs = [];
    private readonly Dictionary<string, string> _common = [];

    public LogRotation(Host host)
    {
        Read(host.Lines(Main) ?? []);
        var folder = host.PathTo(Folder);
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            if (!Array.Exists(Left, ending => file.EndsWith(ending, StringComparison.Ordinal)))
                Read(host.Lines($"{Folder}/{Path.GetFileName(file)}") ?? []);
        }
    }

    /// <summary>The age of the oldest line that is kept; null when nothing is ever deleted, or not by age.</summary>
    public TimeSpan? KeptFor(string log)
    {
        var found = _logs.Find(entry => entry.Names.Exists(name =>
            FileSystemName.MatchesSimpleExpression(name, log, ignoreCase: false)));
        if (found.Names is null)
            return null;
        var directives = found.Directives;
        var days = Period(directives) ?? Period(_common) ?? 7;
        if (Value("size") is not null || Value("minsize") is not null)
            return null;
        // The log itself, and as many of the days, weeks or months before it.
        var kept = TimeSpan.FromDays(days * (1 + (Number("rotate") ?? 0)));
        return Number("maxage") is { } most && TimeSpan.FromDays(most + days) < kept
            ? TimeSpan.FromDays(most + days) : kept;

        string? Value(string name) => directives.GetValueOrDefault(name) ?? _common.GetValueOrDefault(name);
        double? Number(string name) =>
            double.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : null;
    }

    private static double? Period(Dictionary<string, string> directives) =>
        directives.ContainsKey("hourly") || directives.ContainsKey("daily") ? 1
        : directives.ContainsKey("weekly") ? 7
        : directives.ContainsKey("monthly") ? 31
        : directives.ContainsKey("yearly") ? 366 : null;

    private void Read(string[] lines)
    {
        var names = new List<string>();
        Dictionary<string, string>? inside = null;
        var isScript = false;
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (isScript)
            {
                isScript = words[0] != "endscript";
            }
            else if (words[0] is "postrotate" or "prerotate" or "firstaction" or "lastaction" or "preremove")
            {
                isScript = true;
            }
            else if (line.StartsWith('}'))
            {
                inside = null;
                names = [];
            }
            else if (inside is not null)
            {
                inside[words[0]] = words.Length > 1 ? words[1].TrimStart('=') : "";
            }
            else if (line[0] is '/' or '"' or '{')
            {
                names.AddRange(words.Select(word => word.Trim('"', '{')).Where(name => name.StartsWith('/')));
                if (line.EndsWith('{'))
                    _logs.Add((names, inside = []));
            }
            else
            {
                _common[words[0]] = words.Length > 1 ? words[1].TrimStart('=') : "";
            }
        }
    }
}
