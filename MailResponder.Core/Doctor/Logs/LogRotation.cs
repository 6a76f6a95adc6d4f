using System.IO.Enumeration;

namespace MailResponder.Doctor;

/// <summary>Reads logrotate's configuration and tells how long it keeps a log (logrotate(8)).</summary>
internal sealed class LogRotation
{
    /// <summary>The endings of files that logrotate does not read.</summary>
    private static string[] Left =>
    [
        ".bak", ".disabled", ".dpkg-bak", ".dpkg-dist", ".dpkg-new", ".dpkg-old", ".dpkg-tmp", ".swp", ".ucf-dist",
        ".ucf-new", ".ucf-old", ",v", "~",
    ];

    private readonly List<(List<string> Names, Dictionary<string, string> Directives)> _logs = [];
    private readonly Dictionary<string, string> _common = [];

    public LogRotation(Host host)
    {
        Read(host.Lines("/etc/logrotate.conf") ?? []);
        foreach (var file in host.FilesIn("/etc/logrotate.d")
            .Where(file => !Array.Exists(Left, ending => file.EndsWith(ending, StringComparison.Ordinal))))
            Read(host.Lines(file) ?? []);
    }

    /// <summary>
    /// Returns the age of the oldest line that is kept. Null if no line is ever deleted, or not by age.
    /// </summary>
    public TimeSpan? KeptFor(string log)
    {
        var directives = _logs.Find(entry => entry.Names.Exists(name =>
            FileSystemName.MatchesSimpleExpression(name, log, ignoreCase: false))).Directives;
        // A period of the log's own overrides a size that is set for all logs.
        if (directives is null || directives.ContainsKey("size")
            || (Period(directives) is null && _common.ContainsKey("size"))
            || Value("minsize") is not (null or "0"))
        {
            return null;
        }

        var days = Period(directives) ?? Period(_common) ?? 7;
        // The log itself covers one period, and each of the `rotate` older files one more.
        var kept = days * (1 + (Number("rotate") ?? 0));
        return TimeSpan.FromDays(Number("maxage") is { } most ? Math.Min(most + days, kept) : kept);

        string? Value(string name) => directives.GetValueOrDefault(name) ?? _common.GetValueOrDefault(name);
        long? Number(string name) => Value(name).AsNumber();
    }

    private static double? Period(Dictionary<string, string> directives) =>
        directives.ContainsKey("hourly") || directives.ContainsKey("daily") ? 1
        : directives.ContainsKey("weekly") ? 7
        : directives.ContainsKey("monthly") ? 31
        : directives.ContainsKey("yearly") ? 366 : null;

    private void Read(string[] lines)
    {
        var names = new List<string>();
        var (directives, isScript) = (_common, false);
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (isScript)
                isScript = words[0] != "endscript";
            else if (words[0] is "postrotate" or "prerotate" or "firstaction" or "lastaction" or "preremove")
                isScript = true;
            else if (line.StartsWith('}'))
                (directives, names) = (_common, []);
            else if (directives != _common || line[0] is not ('/' or '"' or '{'))
                directives[words[0]] = words.Length > 1 ? words[1].TrimStart('=') : "";
            else
            {
                names.AddRange(words.Select(word => word.Trim('"', '{')).Where(name => name.StartsWith('/')));
                if (line.EndsWith('{'))
                    _logs.Add((names, directives = []));
            }
        }
    }
}
