using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>
/// What one run leaves for the next, as a JSON file. Losing it costs the lines since the last run, nothing else.
/// </summary>
/// <param name="Position">How far the log is counted; null before the first run.</param>
/// <param name="AutoScalingGroup">The group that the host is in; null when that is not known.</param>
/// <param name="Totals">Counts since the first run; only `prometheus` uses them.</param>
internal sealed record MetricsState(LogPosition? Position, string? AutoScalingGroup, Totals Totals)
{
    private static MetricsState Empty => new(null, null, new Totals([], [], new Durations()));

    /// <summary>An absent file, or one that is not ours, gives the state before the first run.</summary>
    /// <exception cref="ResponderException">The file is there and cannot be read.</exception>
    public static MetricsState Load(string path) => FileTrouble.InWords(Cause.Output, "metrics.state " + path, () =>
        JsonFile.Read(path, StateJson.Default.MetricsState) is { Position.Offset: >= 0 } state
            && state.Totals.Durations.Buckets.Length == Durations.Bounds.Length ? state : Empty);

    /// <summary>
    /// Writes the state beside the old one, so that a full disk shows before the metrics are sent, not after.
    /// </summary>
    /// <returns>Puts the state in its place.</returns>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public Action Prepare(string path)
    {
        var unfinished = path + ".new";
        FileTrouble.InWords(Cause.Output, "metrics.state " + path, () => AtomicFile.Write(unfinished, mode: null,
            file => JsonSerializer.Serialize(file, this, StateJson.Default.MetricsState)));
        return () => File.Move(unfinished, path, overwrite: true);
    }
}

/// <summary>A file with a member too few, or null for one, is not ours.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(MetricsState))]
internal sealed partial class StateJson : JsonSerializerContext;
