using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>
/// The state that one run saves for the next, in a JSON file. If it is lost, the lines since the last run are not
/// counted, and the totals begin again at zero.
/// </summary>
/// <param name="Position">The position in the log up to which lines are counted; null before the first run.</param>
/// <param name="AutoScalingGroup">The Auto Scaling group of the host; null if it is unknown.</param>
/// <param name="Totals">The counts since the first run. Only `prometheus` uses them.</param>
/// <param name="Held">The replies that do not count yet; see <see cref="Traffic"/>.</param>
internal sealed record MetricsState(
    LogPosition? Position, string? AutoScalingGroup, Totals Totals, Dictionary<string, HeldReplies> Held)
{
    private static MetricsState Empty => new(null, null, new Totals([], [], new Durations()), []);

    /// <summary>
    /// Reads the state. If the file is missing or does not hold a valid state, returns the state before the first run.
    /// </summary>
    /// <exception cref="ResponderException">The file exists but cannot be read.</exception>
    public static MetricsState Load(string path) => FileTrouble.InWords(Cause.Output, "metrics.state " + path, () =>
        JsonFile.Read(path, StateJson.Default.MetricsState) is { Position.Offset: >= 0 } state
            && state.Totals.Durations.Buckets.Length == Durations.Bounds.Length ? state : Empty);

    /// <summary>
    /// Writes the state next to the old one, so that a full disk is noticed before the metrics are sent, not after.
    /// </summary>
    /// <returns>An action that replaces the old state.</returns>
    /// <exception cref="ResponderException">The state cannot be written.</exception>
    public Action Prepare(string path)
    {
        var unfinished = path + ".new";
        FileTrouble.InWords(Cause.Output, "metrics.state " + path, () => AtomicFile.Write(unfinished, mode: null,
            file => JsonSerializer.Serialize(file, this, StateJson.Default.MetricsState)));
        return () => File.Move(unfinished, path, overwrite: true);
    }
}

/// <summary>Reads and writes the file. Refuses JSON in which a required member is missing or null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(MetricsState))]
internal sealed partial class StateJson : JsonSerializerContext;
