using MailResponder.Tests.Faults;

namespace MailResponder.Tests.Soak;

/// <summary>Faults of the host, one after the other, each for about a second.</summary>
/// <param name="host">The host whose parts break.</param>
/// <param name="servers">The servers whose database restarts.</param>
/// <param name="binary">The program whose processes are killed.</param>
internal sealed class Misfortunes(FaultHost host, FaultServers servers, string binary)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(1);
    private readonly string _settings = File.ReadAllText(host.Place.SettingsFile);

    /// <summary>How often each fault occurred.</summary>
    public SortedDictionary<string, int> Count { get; } = [];

    public int Kills { get; private set; }

    /// <summary>Runs one fault from beginning to end. The first ones come in order, so that none is left out.</summary>
    public void Next()
    {
        (string Name, Action Happen)[] all =
        [
            ("processes killed", KillSome),
            ("database restarted", () => servers.MariaDb.Restart()),
            ("settings broken", () => During(
            () => host.Overwrite("settings.json", _settings[..(_settings.Length / 2)]), () =>
            host.Overwrite("settings.json", _settings))),
            ("S3 away and the cache lost", () => Broken($"connect,:{host.S3Port},1,0,111", LoseCache)),
            ("disk full", () => Broken("write,/,1,0,28", () => { })),
            ("clock a year ahead", () => Broken("time,*,1,0,step31536000", () => { })),
            ("clock a year behind", () => Broken("time,*,1,0,step-31536000", () => { })),
            ("memory used up", () => During(() => host.Limit("--as=60000000"), host.Mend)),
            ("descriptors used up", () => During(() => host.Limit("--nofile=7"), host.Mend)),
            ("syslog away", () => Broken("send,/log,1,0,111", () => { })),
            ("address key lost", () => During(() => host.Hide("address.key"), () => host.Unhide("address.key"))),
        ];
        var total = Count.Values.Sum();
        var (name, happen) = all[total < all.Length ? total : _random.Next(all.Length)];
        happen();
        Count[name] = Count.GetValueOrDefault(name) + 1;
    }

    private void Broken(string rule, Action also) => During(
        () =>
        {
            host.Break(rule);
            also();
        },
        host.Mend);

    private static void During(Action begin, Action end)
    {
        begin();
        try
        {
            Thread.Sleep(Length);
        }
        finally
        {
            end();
        }
    }

    /// <summary>Removes the cache in one step, because a process may be filling it at the moment.</summary>
    private void LoseCache()
    {
        if (!Directory.Exists(host.Place.PathTo("cache"))) return;
        Directory.Move(host.Place.PathTo("cache"), host.Place.PathTo("lost"));
        Directory.Delete(host.Place.PathTo("lost"), recursive: true);
    }

    private void KillSome()
    {
        for (var n = 0; n < 5; n++)
        {
            KillOne();
            Thread.Sleep(Length / 5);
        }
    }

    private void KillOne()
    {
        foreach (var process in System.Diagnostics.Process.GetProcessesByName("responder"))
        {
            using (process)
            {
                try
                {
                    if (new FileInfo($"/proc/{process.Id}/exe").LinkTarget != binary) continue;
                    process.Kill();
                    Kills++;
                    return;
                }
                catch (Exception exception) when (
                    exception is IOException or InvalidOperationException or UnauthorizedAccessException)
                {
                    // The process ended by itself meanwhile.
                }
            }
        }
    }
}
