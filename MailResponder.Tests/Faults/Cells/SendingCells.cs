using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Faults;

/// <summary>Faults of the ways to send: SES, sendmail, the outbox.</summary>
internal static class SendingCells
{
    public static IEnumerable<FaultCell> All => [.. Ses, .. Sendmail, .. Outbox];

    // The first request to each test double is another requester's, before the fault.
    private static IEnumerable<FaultCell> Ses =>
    [
        new("SES", "missing") { Prepare = host => host.UseSes(), Harm = host =>
        host.Break("connect,127.0.0.1:,1,0,111"), Reason = "send", Problem = "no connection to SES: see ses.endpoint" },
        new("SES", "unreadable credentials") { Prepare = host => host.UseSes(), Harm = host =>
        host.TakeAway("credentials"), Reason = "key-file",
        Problem = "credentials: the user mail_responder may not read" },
        Answering("that refuses the key",
        SesAnswer.Error(403, "InvalidClientTokenId", "The security token included in the request is invalid."), 1, ""),
        Answering("corrupt", SesAnswer.Http(200, "text/html", "<html>Welcome to the hotel's network"), 1,
        "so it may be sent twice"),
        Answering("with trouble of its own", SesAnswer.Error(500, "InternalFailure", "We are sorry"), 1, ""),
        Answering("throttling for long", SesAnswer.Error(400, "Throttling", "Daily message quota exceeded."), 1, ""),
        Answering("cut before the request", SesAnswer.CutBeforeRequest, 1, "so it may be sent twice"),
        Answering("cut after the request", SesAnswer.CutAfterRequest with { Accepts = true }, 1,
        "so it may be sent twice") with { MaxDoubles = 2, RepliesMeanwhile = null },
        new("SES", "slow") { Prepare = host => host.UseSes(), Harm = host =>
        host.Break("receive,127.0.0.1:,1,0,sleep100") },
        Answering("that hangs", SesAnswer.Stall, 4, "did not answer in time") with
        {
            Prepare = host =>
            {
                host.UseSes(number => number is 2 or 3 or 4 ? SesAnswer.Stall : null);
                host.Set("deadline_seconds", 2);
            },
        },
    ];

    private static IEnumerable<FaultCell> Sendmail =>
    [
        Program("missing", host => host.Hide("sendmail"), "cannot be started", host => host.Unhide("sendmail")),
        Program("unreadable", host => host.TakeAway("sendmail"), "cannot be started", host =>
        File.SetUnixFileMode(host.Place.PathTo("sendmail"), (UnixFileMode)Convert.ToInt32("0755", 8))),
        Program("corrupt", host => host.Overwrite("sendmail", "\u007fELF and nothing more"), "cannot be started",
        host => host.UseSendmail()),
        Program("failing", host => host.UseSendmail(
        "cat >/dev/null; echo 'somebody@example.net is unknown' >&2; exit 75"), "failed with exit code 75", host =>
        host.UseSendmail()),
        Program("cut", host => host.UseSendmail("head -c 10 >/dev/null; kill -9 $$"), "or was killed", host =>
        host.UseSendmail()),
        new("sendmail", "slow") { Prepare = host => host.UseSendmail("sleep 0.7; " + FaultHost.SendmailThatSends),
        Harm = _ => { } },
        new("sendmail", "that hangs")
        {
            Prepare = host =>
            {
                host.UseSendmail();
                host.Set("deadline_seconds", 2);
            },
            Harm = host => host.UseSendmail("exec sleep 30"), Mend = host => host.UseSendmail(), Reason = "send",
            Problem = "did not finish in time",
        },
    ];

    private static IEnumerable<FaultCell> Outbox =>
    [
        new("outbox", "missing") { Harm = host => Directory.Delete(host.Place.PathTo("outbox")) },
        new("outbox", "unreadable")
        {
            Harm = host => host.TakeAway("outbox"),
            Reason = "send", Problem = "outbox: the user mail_responder may not read or write it",
        },
        new("outbox", "corrupt")
        {
            Harm = host =>
            {
                Directory.Delete(host.Place.PathTo("outbox"));
                host.Overwrite("outbox", "in the way");
            },
            Mend = host => File.Delete(host.Place.PathTo("outbox")), Reason = "send", Problem = "outbox",
        },
        new("outbox", "slow") { Harm = host => host.Break("sync,.eml.part,1,0,sleep500") },
        new("outbox", "cut") { Harm = host => host.Break("write,.eml.part,1,0,5"), Reason = "send",
        Problem = "outbox: input/output error 5; check the disk" },
        new("outbox", "that takes half of each write") { Harm = host => host.Break("write,.eml.part,1,0,short") },
        new("outbox", "that cannot rename") { Harm = host => host.Break("rename,.eml,1,0,5"), Reason = "send",
        Problem = "outbox: input/output error 5" },
    ];

    private static FaultCell Answering(string fault, SesAnswer answer, int times, string problem) => new("SES", fault)
    {
        // Both entries of the first attempt get the answer.
        Prepare = host => host.UseSes(number => number > 1 && number <= 1 + 2 * times ? answer : null),
        Harm = _ => { },
        Reason = "send",
        Problem = problem,
        RepliesMeanwhile = null,
    };

    private static FaultCell Program(string fault, Action<FaultHost> harm, string problem, Action<FaultHost> mend) =>
        new("sendmail", fault)
        {
            Prepare = host => host.UseSendmail(),
            Harm = harm,
            Mend = mend,
            Reason = "send",
            Problem = problem,
        };
}
