using MailResponder.Files;
using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Metrics;

/// <summary>
/// One run of `responder metrics`: counts the new lines of the log. `put` and `prometheus` each have their own
/// state file.
/// </summary>
internal sealed class MetricsRun : IDisposable
{
    /// <summary>How long to wait for the lock. Cron starts the next run a minute after this one.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private readonly FileTurn? _turn;
    private readonly string _path;
    private readonly MetricsState _state;
    private readonly Lazy<string?> _group;

    private MetricsRun(string path, FileTurn? turn, string log, int threshold)
    {
        _path = path;
        _turn = turn;
        var before = MetricsState.Load(path);
        Traffic = new Traffic(threshold, before.Held);
        using var lines = new LogFollower(log, MessageEvent.TimeOf);
        _state = before with
        {
            Position = before.Position is { } last
                ? lines.Read(last, Traffic.Add) : lines.Skip(TimeProvider.System.GetUtcNow()),
        };
        _group = new Lazy<string?>(() => HostReading.AutoScalingGroup(before.AutoScalingGroup));
    }

    /// <summary>The messages since the state was last saved.</summary>
    public Traffic Traffic { get; }

    /// <summary>
    /// The Auto Scaling group of the host; null if it is unknown. The first use asks the instance metadata service.
    /// </summary>
    public string? Group => _group.Value;

    /// <summary>The counts of all runs before this one. What the caller adds to them is saved with the state.</summary>
    public Totals Totals => _state.Totals;

    /// <summary>Starts a run that changes nothing and takes no lock. The caller disposes it.</summary>
    /// <param name="settings">The threshold, and the folder of the state files.</param>
    /// <param name="name">The name of this run's state file.</param>
    /// <param name="log">The log of events.</param>
    /// <exception cref="ResponderException">The state or the log cannot be read.</exception>
    public static MetricsRun Look(MetricsSettings settings, string name, string log) =>
        new(Path.Join(settings.State, name), null, log, settings.Threshold);

    /// <summary>Starts a run that holds the lock until the caller disposes it.</summary>
    /// <param name="settings">The threshold, and the folder of the state files, which is created.</param>
    /// <param name="name">The name of this run's state file.</param>
    /// <param name="log">The log of events.</param>
    /// <exception cref="ResponderException">
    /// Another run held the lock for too long, or the state or the log cannot be used.
    /// </exception>
    public static MetricsRun Begin(MetricsSettings settings, string name, string log)
    {
        var folder = settings.State;
        var path = Path.Join(folder, name);
        var turn = FileTrouble.InWords(Cause.Output, "metrics.state " + folder, () =>
        {
            Directory.CreateDirectory(folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return FileTurn.Wait(path + ".lock", MaxWait);
        }) ?? throw new ResponderException(Cause.InProgress,
            $"another run has held {path}.lock for too long; the next run will count what this one did not");
        return new MetricsRun(path, turn, log, settings.Threshold);
    }

    /// <summary>
    /// Writes the new state next to the old one. The caller calls the returned action after delivering the counts; it
    /// replaces the old state. A run that changes nothing writes nothing.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The state cannot be written. The next run will count the same messages.
    /// </exception>
    public Action Prepare()
    {
        if (_turn is null)
            return () => { };
        return (_group.IsValueCreated ? _state with { AutoScalingGroup = _group.Value } : _state).Prepare(_path);
    }

    public void Dispose() => _turn?.Dispose();
}
