using System.Net.Sockets;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Faults of what the host provides: syslog, the clock, disk space, memory, descriptors, random numbers.
/// </summary>
internal static class HostCells
{
    // In megabytes. The runtime cannot start, dies, or cannot load a library.
    private static readonly int[] AddressSpaces = [40, 60];
    private static readonly int[] DataSegments = [4, 8];

    public static IEnumerable<FaultCell> All => [.. Syslog, .. Clock, .. Disk, .. Memory, .. Rest];

    // Answering a message without a log line is better than not answering it.
    private static IEnumerable<FaultCell> Syslog =>
    [
        Unheard("missing", "connect,/log,1,0,2;send,/log,1,0,2"),
        Unheard("unreadable", "send,/log,1,0,13"),
        Unheard("cut", "send,/log,1,0,104"),
        Unheard("without room", "send,/log,1,0,105"),
        new("syslog", "slow") { Harm = host => host.Break("send,/log,1,0,sleep600") },
        new("syslog", "that hangs")
        {
            IsAnsweredSilently = true,
            Prepare = host => host.Set("syslog_socket", "stuck"),
            Harm = host =>
            {
                var stuck = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                stuck.Bind(new UnixDomainSocketEndPoint(host.Place.PathTo("stuck")));
                host.AtEnd(stuck.Dispose);
                host.Own();
                using var filler = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
                {
                    Blocking = false,
                };
                filler.Connect(new UnixDomainSocketEndPoint(host.Place.PathTo("stuck")));
                Assert.Throws<SocketException>(() =>
                {
                    for (var i = 0; i < 10_000; i++) filler.Send("full"u8);
                });
            },
        },
    ];

    private static IEnumerable<FaultCell> Clock =>
    [
        new("clock", "in 1970") { Harm = host => host.Break("time,*,1,0,set0") },
        new("clock", "in 2100") { Harm = host => host.Break("time,*,1,0,set4102444800") },
        new("clock", "that jumps forth") { Harm = host => host.Break("time,*,3,0,step315360000") },
        new("clock", "that jumps back") { Harm = host => host.Break("time,*,3,0,step-315360000") },
        // Amazon refuses a signature that is not from today, and so does the test double.
        new("clock", "in 1970 for SES")
        {
            Prepare = host => host.UseSes(),
            Harm = host => host.Break("time,*,1,0,set0"),
            Reason = "send",
            Problem = "SES",
        },
    ];

    private static IEnumerable<FaultCell> Disk =>
    [
        new("disk", "full for the replies")
        {
            Prepare = host => host.Mount("outbox", "64k"),
            // There is room for the links but not for the attachment.
            Harm = _ => { }, Mend = host => host.Grow("outbox", "1m"), Reason = "send",
                Problem = "outbox: the disk is full", RepliesMeanwhile = 1,
        },
        new("disk", "full for SQLite")
        {
            Prepare = host =>
            {
                host.Mount("state", "512k");
                host.Set("database", System.Text.Json.Nodes.JsonNode.Parse("""{ "sqlite": "state/responder.db" }"""));
            },
            Harm = host => host.Fill("state"), Mend = host => File.Delete(host.Place.PathTo("state/filler")),
            Reason = "database", Problem = "",
        },
        new("disk", "full for everything") { Harm = host => host.Break("write,/,1,0,28"), Reason = "database",
        Problem = "whether it is full" },
        new("disk", "full at the first start") { IsFirstStart = true, Harm = host => host.Break("write,/,1,0,28"),
        Reason = "key-file", Problem = "the disk is full" },
        new("disk", "of a used up quota") { Harm = host => host.Break("write,.eml.part,1,0,122"), Reason = "send",
        Problem = "disk quota is used up" },
        new("disk", "with a limit for files") { Harm = host => host.Limit("--fsize=20000"), Reason = "database",
        Problem = "" },
        new("disk", "read only") { Harm = host => host.Break("write,/,1,0,30;open,.part,1,0,30"), Reason = "database",
        Problem = "" },
    ];

    // The runtime cannot start, or a signal ends it. Postfix keeps the message, and logs the line itself.
    private static IEnumerable<FaultCell> Memory =>
    [
        .. AddressSpaces.Select(megabytes => new FaultCell("memory", $"of {megabytes} MB")
        {
            Harm = host => host.Limit($"--as={megabytes}000000"), IsSilent = true, RepliesMeanwhile = null,
        }),
        .. DataSegments.Select(megabytes => new FaultCell("memory", $"of {megabytes} MB to write in")
        {
            Harm = host => host.Limit($"--data={megabytes}000000"), IsSilent = true, RepliesMeanwhile = null,
        }),
        new("memory", "for no process") { Harm = host => host.Limit("--nproc=0"), IsSilent = true },
        new("memory", "refused for libcrypto") { Harm = host =>
        host.Break("map,libcrypto,1,0,12;open,libcrypto,1,0,12"), IsAnsweredSilently = true },
    ];

    private static IEnumerable<FaultCell> Rest =>
    [
        new("descriptors", "of which there are 5") { Harm = host => host.Limit("--nofile=5"), IsSilent = true },
        new("descriptors", "of which there are 7") { Harm = host => host.Limit("--nofile=7"), Reason = "database",
        Problem = "" },
        new("descriptors", "of which there are 8") { Harm = host => host.Limit("--nofile=8"), Reason = "database",
        Problem = "too many files are open; raise the limit, see: ulimit -n" },
        new("descriptors", "of which there are 9") { Harm = host => host.Limit("--nofile=9"), Reason = "database",
        Problem = "too many files are open" },
        new("descriptors", "of which the host has none left") { Harm = host =>
        host.Break("open,responder.db.lock,1,0,23"), Reason = "database",
        Problem = "too many files are open on the host; raise fs.file-max" },
        new("randomness", "missing") { Harm = host =>
        host.Break("random,*,1,0,38;open,/dev/urandom,1,0,2;read,/dev/urandom,1,0,5"), Reason = "unexpected",
        Problem = "can it get random numbers" },
        new("randomness", "missing at the first start")
        {
            IsFirstStart = true, Harm = host =>
                host.Break("random,*,1,0,38;open,/dev/urandom,1,0,2;read,/dev/urandom,1,0,5"),
            Reason = "unexpected", Problem = "can it get random numbers",
        },
        new("randomness", "slow") { Harm = host => host.Break("random,*,1,0,sleep300;read,/dev/urandom,1,0,sleep200") },
        new("input", "cut") { Harm = host => host.Break("read,stdin,1,0,5"), Reason = "input",
        Problem = "the message on standard input cannot be read" },
    ];

    private static FaultCell Unheard(string fault, string rules) => new("syslog", fault)
    {
        Harm = host => host.Break(rules.Split(';')),
        IsAnsweredSilently = true,
    };
}
