namespace MailResponder.Tests.Faults;

/// <summary>
/// Faults of the cache of what was pulled from S3, and of S3 itself, which a message contacts only when the cache is
/// empty.
/// </summary>
internal static class CacheCells
{
    public static IEnumerable<FaultCell> All =>
    [
        // The cache is filled again from S3.
        new("cache", "missing")
        {
            Prepare = host => host.UseS3(),
            Harm = host => Directory.Delete(host.Place.PathTo("cache"), recursive: true),
        },
        new("cache", "unreadable")
        {
            Prepare = host => host.UseS3(), Harm = host => host.TakeAway("cache"), Reason = "s3",
                Problem = "may not read or write it",
        },
        SetUpCells.NeverRendered(new("cache", "corrupt")
        {
            // cron's next `config pull` finds that this is not the file it fetched.
            Prepare = host => host.UseS3(), Harm = host => host.Overwrite("cache/responses.json", "[ {"),
            Mend = host => Assert.Equal(0, host.Place.Command("config", "pull").ExitCode),
            Reason = "response-book", Problem = "responses.json",
        }),
        new("cache", "slow") { Prepare = host => host.UseS3(), Harm = host => host.Break("read,cache/,1,0,sleep300") },
        SetUpCells.NeverRendered(new("cache", "cut")
        {
            Prepare = host => host.UseS3(), Harm = host => host.Break("read,cache/responses.json,1,0,5"),
            Reason = "response-book", Problem = "input/output error 5",
        }),
        new("cache", "without its attachment") { Prepare = host => host.UseS3(), Harm = host =>
        File.Delete(Attachment(host)) },
        // This counts as a missing cache, which is filled again.
        new("cache", "whose attachment is a pipe")
        {
            Prepare = host => host.UseS3(),
            Harm = host =>
            {
                var file = Path.GetRelativePath(host.Place.Folder, Attachment(host));
                File.Delete(host.Place.PathTo(file));
                host.Pipe(file);
            },
        },
        Cold("missing", host => host.Break($"connect,:{host.S3Port},1,0,111"), "s3://"),
        Cold("unreadable", host => host.Overwrite(
        "s3-credentials", "[default]\naws_access_key_id = NOBODY\naws_secret_access_key = wrong\n"), "s3://",
            host => host.Overwrite("s3-credentials",
            "[default]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n")),
        Cold("without credentials", host => host.Hide("s3-credentials"), "credentials", host =>
            host.Unhide("s3-credentials")),
        Cold("corrupt", host => host.BookInS3("[ {"), "cannot fill the cache: s3://", host => host.BookInS3(null)),
        Cold("cut", host => host.Break($"receive,:{host.S3Port},1,0,104"), "s3://"),
        new("S3", "slow") { IsFirstStart = true, Prepare = host => host.UseS3(), Harm = host =>
        host.Break($"receive,:{host.S3Port},1,0,sleep100") },
        Cold("that hangs", host =>
        {
            host.Set("deadline_seconds", 2);
            host.Break($"receive,:{host.S3Port},1,0,sleep5000");
        }, "the deadline has passed before it had answered", host => host.Mend()),
        Cold("while the disk is full", host => host.Break("write,cache/files/.pull,1,0,28"), "the disk is full"),
        Cold("killed in mid-pull", host => host.Break("write,cache/files/.pull/files,1,1,kill9"), "", silent: true),
        Cold("killed before the book is in force", host => host.Break("rename,cache/responses.json,1,1,kill9"), "",
        silent: true),
    ];

    private static string Attachment(FaultHost host) =>
        Directory.GetFiles(host.Place.PathTo("cache/files"), "tool.zip", SearchOption.AllDirectories)[0];

    private static FaultCell Cold(string fault, Action<FaultHost> harm, string problem, Action<FaultHost>? mend = null,
        string reason = "s3", bool silent = false) =>
        new("S3", fault)
        {
            IsFirstStart = true,
            Prepare = host => host.UseS3(),
            Harm = harm,
            Mend = mend ?? (host => host.Mend()),
            Reason = silent ? null : reason,
            Problem = problem,
            IsSilent = silent,
        };
}
