using System.Globalization;
using System.Text.Json;
using MailResponder.Files;
using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Metrics;

/// <summary>What one run leaves for the next. Losing it costs the lines since the last run, nothing else.</summary>
/// <param name="Position">How far the log is counted; null before the first run.</param>
/// <param name="Group">The Auto Scaling group that the host is in; null when that is not known.</param>
/// <param name="Totals">Counts since the first run; only those are kept that were asked for.</param>
internal sealed record MetricsState(LogPosition? Position, string? Group, Totals Totals)
{
    private const string UnknownGroup = "unknown";

    /// <summary>An absent file, or one that is not ours, gives the state before the first run.</summary>
    /// <exception cref="ResponderException">The file is there and cannot be read.</exception>
    public static MetricsState Load(string path)
    {
        try
        {
            var json = LocatedJson.Parse(RegularFile.ReadAllBytes(path), path, []);
            return json is null ? Empty : Read(
                json.Members.ToDictionary(member => member.Name, member => member.Value));
        }
        catch (Exception exception) when (
            exception is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            return Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <summary>Writes all but the name: a full disk shows before the metrics are sent, not after.</summary>
    /// <returns>Puts the state in force.</returns>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public Action Prepare(string path)
    {
        var unfinished = path + ".new";
        try
        {
            // Never through a link that somebody has laid there.
            File.Delete(unfinished);
            using var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write);
            Write(file);
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }

        return () => File.Move(unfinished, path, overwrite: true);
    }

    private static MetricsState Empty => new(null, null, new Totals());

    private static ResponderException Unusable(string path, Exception exception) =>
        new(Cause.Output, $"metrics state {path}: {FileTrouble.Describe(exception)}; see metrics.state", exception);

    private static MetricsState Read(Dictionary<string, LocatedJson> values)
    {
        var position = DateTimeOffset.TryParse(Text("until"), CultureInfo.InvariantCulture, out var until)
            && long.TryParse(Text("offset"), CultureInfo.InvariantCulture, out var offset) && offset >= 0
            ? new LogPosition(offset, Text("head"), until)
            : null;
        var group = Text("auto_scaling_group");
        var totals = values.TryGetValue("totals", out var kept) ? Totals.Read(kept) : new Totals();
        return new MetricsState(position, group is "" or UnknownGroup ? null : group, totals);

        string Text(string name) => values.TryGetValue(name, out var value) ? value.Text : "";
    }

    private void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        if (Position is not null)
        {
            json.WriteNumber("offset", Position.Offset);
            json.WriteString("head", Position.Head);
            json.WriteString("until", Position.Until);
        }

        json.WriteString("auto_scaling_group", Group ?? UnknownGroup);
        json.WritePropertyName("totals");
        Totals.Write(json);
        json.WriteEndObject();
    }
}
