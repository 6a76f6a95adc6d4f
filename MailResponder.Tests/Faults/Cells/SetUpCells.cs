namespace MailResponder.Tests.Faults;

/// <summary>Faults of settings, keys, response book and attachments as files of the host.</summary>
internal static class SetUpCells
{
    public static IEnumerable<FaultCell> All =>
    [
        .. Of("settings", "settings.json", "settings", "{ \"response_from\": ", "settings.json"),
        .. Of("address key", "address.key", "key-file", "not 64 digits", "address.key"),
        .. Of("DKIM key", "dkim.key", "dkim-key",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "dkim.key"),
        .. Of("book", "responses.json", "response-book", "[ { \"email_addr\": ", "responses.json")
        .Select(NeverRendered),
        LastGood("corrupt", host => host.Overwrite("responses.json", "[ { \"email_addr\": ")),
        LastGood("unreadable", host => host.TakeAway("responses.json")),
        LastGood("cut", host => host.Break("read,responses.json,1,0,5")),
        // Any content of an attachment's file is the attachment, so it cannot be corrupt.
        .. Of("attachment", "files/tools/tool.zip", "attachment", corrupt: null, "tool.zip", repliesMeanwhile: 1),
        new("attachment", "cut short while it is read")
        {
            Harm = host => host.Break("read,tool.zip,3,0,5"), Reason = "attachment",
                Problem = "input/output error 5; check the disk", RepliesMeanwhile = 1,
        },
        new("DKIM key", "open to others")
        {
            Harm = host => File.SetUnixFileMode(
                host.Place.PathTo("dkim.key"), (UnixFileMode)Convert.ToInt32("0644", 8)),
            Mend = host => File.SetUnixFileMode(
                host.Place.PathTo("dkim.key"), (UnixFileMode)Convert.ToInt32("0600", 8)),
            Reason = "dkim-key", Problem = "run: chmod 0640 ",
        },
    ];

    /// <summary>The same fault on a host that has no good book to fall back on.</summary>
    public static FaultCell NeverRendered(FaultCell cell) => cell with
    {
        Harm = host =>
        {
            if (Directory.Exists(host.Place.PathTo("responder.db.rendered")))
                Directory.Delete(host.Place.PathTo("responder.db.rendered"), recursive: true);
            cell.Harm(host);
        },
    };

    /// <summary>The book has a fault, and the last good one exists.</summary>
    private static FaultCell LastGood(string fault, Action<FaultHost> harm)
    {
        var good = "";
        return new FaultCell("last good book", $"in place of one that is {fault}")
        {
            Prepare = host => host.Render(),
            Harm = host =>
            {
                good = File.ReadAllText(host.Place.PathTo("responses.json"));
                harm(host);
            },
            Mend = host =>
            {
                host.Mend();
                host.Overwrite("responses.json", good);
            },
        };
    }

    /// <param name="part">The name of the part.</param>
    /// <param name="file">Its file.</param>
    /// <param name="reason">The reason for which a message is deferred.</param>
    /// <param name="corrupt">The corrupt content; null if there can be none.</param>
    /// <param name="named">How the log line names it.</param>
    /// <param name="repliesMeanwhile">How many entries do not need it.</param>
    private static IEnumerable<FaultCell> Of(
        string part, string file, string reason, string? corrupt, string named, int repliesMeanwhile = 0)
    {
        FaultCell Deferred(string fault, string problem, Action<FaultHost> harm, Action<FaultHost>? mend = null) =>
            new(part, fault)
            {
                Harm = host =>
                {
                    // Broken settings do not say where the log is, so the line goes to the standard place.
                    host.Break("none,*,1,0,0");
                    harm(host);
                },
                Mend = mend ?? (host => host.Mend()),
                Reason = reason,
                Problem = problem,
                RepliesMeanwhile = repliesMeanwhile,
            };

        yield return Deferred("missing", $"{named}: does not exist", host => host.Hide(file), host =>
            host.Unhide(file));
        yield return Deferred("unreadable", $"{named}: the user mail_responder may not read", host =>
            host.TakeAway(file));
        yield return Deferred(
            "a pipe",
            $"{named}: is a pipe, not a file",
            host =>
            {
                host.Hide(file);
                host.Pipe(file);
            },
            host => host.Unhide(file));
        yield return Deferred("cut", "input/output error 5; check the disk", host =>
            host.Break($"read,{Path.GetFileName(file)},1,0,5"));
        yield return new FaultCell(part, "slow")
        {
            Harm = host => host.Break($"read,{Path.GetFileName(file)},1,0,sleep400"),
        };
        if (corrupt is null) yield break;
        var good = "";
        yield return Deferred(
            "corrupt",
            named,
            host =>
            {
                good = File.ReadAllText(host.Place.PathTo(file));
                host.Overwrite(file, corrupt);
            },
            host => host.Overwrite(file, good));
    }
}
