using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Settings;
using MailResponder.Statistics;
using MailResponder.Store;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Statistics;

/// <summary>The hosts of a fleet, each with its own log, which share a MariaDB server.</summary>
internal sealed class FleetHosts : IDisposable
{
    private const string Key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private readonly PrivateMariaDb _server;

    public FleetHosts(PrivateMariaDb server)
    {
        _server = server;
        var database = server.NewDatabase();
        Database = database.Database;
        Place.WriteSecret("address.key", Key + "\n");
        Place.Settings["database"] = new JsonObject
        {
            ["mysql"] = new JsonObject
            {
                ["socket"] = server.Socket,
                ["user"] = database.User,
                ["password_file"] = database.PasswordFile,
                ["database"] = Database,
            },
        };
        Place.Settings["statistics"] = new JsonObject { ["to"] = "ops@example.net" };
        Place.Write();
    }

    public static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Noon today: the messages of a short log are then all of one day, whenever the test runs.</summary>
    public static DateTimeOffset Noon => new(DateTimeOffset.UtcNow.Date.AddHours(12), TimeSpan.Zero);

    public Workplace Place { get; } = new();

    public FixedClock Clock { get; } = new(Midnight.AddHours(-1));

    /// <summary>The name of the database on the server.</summary>
    public string Database { get; }

    public ResponderSettings Settings => SettingsFile.Load(Place.SettingsFile);

    public static string Day(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd}";

    public static void AssertDone(ProgramRun run) => Assert.Equal((0, ""), (run.ExitCode, run.Errors));

    public void Dispose() => Place.Dispose();

    public IReadOnlyList<string> Sql(string statement) => _server.AsAdministrator(statement);

    public void Write(string host, MadeLog log) => File.WriteAllText(Place.PathTo(host + ".log"), log.Text);

    /// <summary>Stores a host's figures as cron does, on a host of that name.</summary>
    public ProgramRun Put(string host)
    {
        using var running = Start(host);
        running.Feed([]);
        return running.Finish();
    }

    public ResponderProcess Start(string host)
    {
        File.WriteAllText(Place.PathTo(host + ".id"), Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(host)))[..32]);
        return ResponderProcess.Start($"exec unshare --uts --mount sh -c 'hostname {host}; "
            + $"mount --bind {Place.PathTo(host + ".id")} /etc/machine-id; exec \"$@\"' sh \"$@\"",
            "stats", "--fleet", "--email", "--log", Place.PathTo(host + ".log"), "--settings", Place.SettingsFile);
    }

    /// <summary>Stores a host's figures at the clock's time, on an instance of that name.</summary>
    public void Put(string log, string host, string? instance = null)
    {
        using var days = HostDays.Open(Settings, Clock);
        new Fleet(Settings, days, Clock).Put(
            Fleet.Count(Place.PathTo(log + ".log"), Settings, (host, instance ?? host, Clock.Now)));
    }

    public void PutDaysAgo(int count, params string[] hosts)
    {
        foreach (var host in hosts)
        {
            Clock.Now = DateTimeOffset.UtcNow.Date.AddDays(-count).AddHours(12);
            Write(host, new MadeLog { Time = Clock.Now }.Replied("get@example.com", 20));
            Put(host, host);
            File.Delete(Place.PathTo(host + ".log"));
        }
    }

    /// <summary>
    /// Marks yesterday as mailed, whose report is mailed from half past midnight on.
    /// </summary>
    public void LeaveOutYesterday() =>
        Sql($"INSERT INTO {Database}.mailed_day VALUES ({HostDays.DayOf(DateTimeOffset.UtcNow) - 1}, 0, 1)");

    public ProgramRun Stats(params string[] more) => Place.Command(["stats", "--fleet", .. more]);

    public JsonNode Json(DateTimeOffset since)
    {
        var run = Stats("--json", "--since", Day(since));
        Assert.True(run.ExitCode == 0, run.Errors);
        return JsonNode.Parse(run.Output)!;
    }
}
