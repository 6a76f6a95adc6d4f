namespace MailResponder.Tests.Faults;

/// <summary>Faults of SQLite on this host's disk, and of MariaDB behind a socket.</summary>
internal static class DatabaseCells
{
    private const string Database = "responder.db";

    public static IEnumerable<FaultCell> All => [.. Sqlite, .. MariaDb, .. Corrupt];

    private static IEnumerable<FaultCell> Sqlite =>
    [
        // The quotas and the ledger are lost with it; a new database is created.
        new("SQLite", "missing") { Harm = host => File.Delete(host.Place.PathTo(Database)) },
        new("SQLite", "unreadable")
        {
            Harm = host => host.TakeAway(Database), Reason = "database", Problem = "the user mail_responder",
        },
        new("SQLite", "corrupt")
        {
            Harm = host =>
            {
                File.Copy(host.Place.PathTo(Database), host.Place.PathTo("good"));
                host.Overwrite(Database, string.Concat(Enumerable.Repeat("not a database ", 1000)));
            },
            Mend = host => File.Move(host.Place.PathTo("good"), host.Place.PathTo(Database), overwrite: true),
            Reason = "database", Problem = "is damaged or not a database; move it away",
        },
        new("SQLite", "cut short")
        {
            Harm = host =>
            {
                host.FoldDatabase();
                File.Copy(host.Place.PathTo(Database), host.Place.PathTo("good"));
                using var file = File.OpenWrite(host.Place.PathTo(Database));
                file.SetLength(file.Length / 2);
            },
            Mend = host => File.Move(host.Place.PathTo("good"), host.Place.PathTo(Database), overwrite: true),
            Reason = "database", Problem = "is damaged or not a database",
        },
        new("SQLite", "slow") { Harm = host => host.Break("sync,responder.db,1,0,sleep300") },
        new("SQLite", "locked")
        {
            Prepare = host => host.Set("deadline_seconds", 2),
            Harm = host => host.LockDatabase(), Mend = host => host.Unlock(), Reason = "database",
            Problem = "has been locked by another process for too long",
        },
        new("SQLite", "a pipe")
        {
            Harm = host =>
            {
                host.Hide(Database);
                host.Pipe(Database);
            },
            Mend = host => host.Unhide(Database), Reason = "database", Problem = Database,
        },
        new("SQLite", "without locks") { Harm = host => host.Break("lock,responder.db.lock,1,0,37"),
        Reason = "database", Problem = "the file system does not support locks" },
        new("SQLite", "whose lock fails") { Harm = host => host.Break("lock,responder.db.lock,1,0,5"),
        Reason = "database", Problem = "input/output error 5; check the disk" },
        new("SQLite", "whose message is another's") { Harm = host => host.Break("lock,responder.db.lock,2,1,11"),
        Reason = "in-progress", Problem = "another process is answering this message" },
        new("SQLite", "not writable by the disk") { Harm = host => host.Break("write,responder.db,1,0,5"),
        Reason = "database", Problem = "input/output error; check the disk" },
        new("SQLite", "not synced by the disk") { Harm = host => host.Break("sync,responder.db,1,0,5"),
        Reason = "database", Problem = "check the disk" },
        new("SQLite", "cut after the first reply")
        {
            // The reply was sent but cannot be recorded: it is sent again, under the same name.
            Harm = host => host.Break("write,responder.db-wal,7,0,5"), Reason = "database",
                Problem = "input/output error", RepliesMeanwhile = null,
        },
    ];

    private static IEnumerable<FaultCell> MariaDb =>
    [
        Server("missing", "cannot be reached or went away", "connect,server.sock,1,0,111"),
        Server("unreachable", "cannot be reached or went away", "connect,server.sock,1,0,110"),
        Server("cut at login", "cannot be reached or went away", "receive,server.sock,2,0,104"),
        Server("cut at the claim", "cannot be reached or went away", "receive,server.sock,12,0,104"),
        Server("slow", null, "receive,server.sock,1,0,sleep20"),
        new("MariaDB", "unreadable password")
        {
            Prepare = host => host.UseMariaDb(), Harm = host => host.TakeAway("password"), Reason = "settings",
                Problem = "password file",
        },
        new("MariaDB", "wrong password")
        {
            Prepare = host => host.UseMariaDb(),
            Harm = host => host.Overwrite("password", "wrong\n"), Mend = host => host.Overwrite("password", "secret\n"),
            Reason = "database", Problem = "refuses the user",
        },
        new("MariaDB", "without its address key")
        {
            Prepare = host => host.UseMariaDb(), Harm = host => host.Hide("address.key"), Mend = host =>
                host.Unhide("address.key"),
            Reason = "key-file", Problem = "copy it from another host",
        },
    ];

    // Another service listens at the address, or a faulty server: the answers are not MySQL's protocol, or not valid.
    private static IEnumerable<FaultCell> Corrupt =>
    [
        Corrupted("another service", packets: 0, (to, _) =>
        to.Write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8)),
        Corrupted("a babbler", packets: 0, Noise.WithoutEnd),
        Corrupted("a babbler after its greeting", packets: 1, Noise.WithoutEnd),
        Corrupted("a babbler after the login", packets: 2, Noise.WithoutEnd),
        Corrupted("a babbler at the claim", packets: 16, Noise.WithoutEnd),
        Corrupted("a packet without end", packets: 0, Noise.OnePacketWithoutEnd),
        Corrupted("an answer without end", packets: 3, Noise.OnePacketWithoutEnd),
        Corrupted("rows without end", packets: null, Noise.RowsWithoutEnd),
        Corrupted("a packet cut in the middle", packets: 3, (to, _) => to.Write([100, 0, 0, 1, 3])),
        Corrupted("half a greeting and silence", packets: 0, (to, _) =>
        {
            to.Write([78, 0, 0, 0, 10, .. "8.0"u8]);
            Thread.Sleep(TimeSpan.FromSeconds(20));
        }),
    ];

    private static FaultCell Corrupted(string fault, int? packets, Action<Stream, byte[]> then) =>
        new("MariaDB", "with " + fault)
        {
            Prepare = host =>
            {
                host.UseMariaDb();
                host.Set("deadline_seconds", 3);
            },
            Harm = host => host.CorruptMariaDb(packets, then),
            Mend = host => host.MendMariaDb(),
            Reason = "database",
            Problem = "corrupt.sock: ",
        };

    private static FaultCell Server(string fault, string? problem, string rule) => new("MariaDB", fault)
    {
        Prepare = host =>
        {
            host.UseMariaDb();
            host.Set("deadline_seconds", 4);
        },
        Harm = host => host.Break(rule),
        Reason = problem is null ? null : "database",
        Problem = problem ?? "",
    };
}
