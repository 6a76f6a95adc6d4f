using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>One reading of log and host. `put` and `prometheus` each keep a state of their own.</summary>
internal sealed class MetricsRun : IDisposable
{
    /// <summary>Less than the minute after which cron starts the next run.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private readonly FileTurn? _turn;
    private readonly string _path;
    private readonly MetricsState _state;
    private readonly Lazy<string?> _group;

    private MetricsRun(string path, FileTurn? turn, string log)
    {
        _path = path;
        _turn = turn;
        var before = MetricsState.Load(path);
        using var lines = new LogFollower(log, MessageEvent.TimeOf);
        _state = before with
        {
            Position = before.Position is { } last
                ? lines.Read(last, Traffic.Add) : lines.Skip(TimeProvider.System.GetUtcNow()),
        };
        _group = new Lazy<string?>(() => HostReading.AutoScalingGroup(before.AutoScalingGroup));
    }

    /// <summary>What came since the state was last kept.</summary>
    public Traffic Traffic { get; } = new();

    public HostReading Host { get; } = HostReading.Now();

    /// <summary>
    /// The Auto Scaling group of the host, null when it is unknown. The instance is asked when this is.
    /// </summary>
    public string? Group => _group.Value;

    /// <summary>Counts of the runs before this one; what is added to them is kept with the state.</summary>
    public Totals Totals => _state.Totals;

    /// <summary>A run that changes nothing and takes no lock.</summary>
    /// <param name="folder">Of the states.</param>
    /// <param name="name">Of this state's file.</param>
    /// <param name="log">The log of events.</param>
    /// <exception cref="ResponderException">State or log cannot be read.</exception>
    public static MetricsRun Look(string folder, string name, string log) =>
        new(Path.Join(folder, name), null, log);

    /// <summary>A run that holds the lock until it is disposed.</summary>
    /// <exception cref="ResponderException">Another run took too long, or state or log cannot be used.</exception>
    public static MetricsRun Begin(string folder, string name, string log)
    {
        var path = Path.Join(folder, name);
        var turn = FileTrouble.InWords(Cause.Output, "metrics.state " + folder, () =>
        {
            Directory.CreateDirectory(folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return FileTurn.Wait(path + ".lock", MaxWait);
        }) ?? throw new ResponderException(Cause.InProgress,
            $"another run holds {path}.lock for too long; the next one counts what this one would have");
        return new MetricsRun(path, turn, log);
    }

    /// <summary>
    /// Writes the next state beside the old one. The action puts it in its place, once the metrics are delivered.
    /// </summary>
    /// <exception cref="ResponderException">It cannot be written; then nothing should be delivered.</exception>
    public Action Prepare() =>
        (_group.IsValueCreated ? _state with { AutoScalingGroup = _group.Value } : _state).Prepare(_path);

    public void Dispose() => _turn?.Dispose();
}
