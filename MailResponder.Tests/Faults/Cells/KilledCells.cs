namespace MailResponder.Tests.Faults;

/// <summary>
/// Kills the process once at each step that has an outside effect. <see cref="EveryCallTests"/> kills it at every
/// single call.
/// </summary>
internal static class KilledCells
{
    public static IEnumerable<FaultCell> All =>
    [
        Killed("while it reads the settings", "read,settings.json,1,1,kill9"),
        Killed("while it reads the message", "read,stdin,1,1,kill9"),
        Killed("while it reads the book", "read,responses.json,1,1,kill9") with
        {
            // This makes its rendering invalid, so that the book is read.
            Harm = host =>
            {
                File.SetLastWriteTimeUtc(host.Place.PathTo("responses.json"), DateTime.UtcNow.AddMinutes(-1));
                host.Break("read,responses.json,1,1,kill9");
            },
        },
        Killed("while it reads the DKIM key", "read,dkim.key,1,1,kill9"),
        Killed("while it makes the address key", "sync,address.key,1,1,kill9") with { IsFirstStart = true },
        Killed("before the address key has its name", "unlink,address.key,1,1,kill9") with { IsFirstStart = true },
        Killed("while it makes the database", "sync,responder.db,2,1,kill9") with { IsFirstStart = true },
        Killed("before the claim", "write,responder.db-wal,1,1,kill9"),
        Killed("after the claim", "open,.eml.part,1,1,kill9"),
        Killed("while it writes the reply", "write,.eml.part,1,1,kill9"),
        Killed("before the reply has its name", "rename,.eml,1,1,kill9"),
        // The second copy has the same name, so there is still only one.
        Killed("before the reply is recorded", "rename,.eml,1,1,after9", replies: 1),
        Killed("between two replies", "open,tool.zip,1,1,kill9", replies: 1),
        Killed("before the second reply is recorded", "rename,.eml,2,1,after9", replies: 2),
        Killed("before it writes the line", "send,/log,1,1,kill9", replies: 2),
        Killed("while sendmail sends", "", replies: null) with
        {
            Prepare = host => host.UseSendmail("""
                if [ -e "$here/mended" ] || [ ! -e "$here/armed" ]; then
                  mkdir -p "$here/sent"
                  cat >"$here/sent/$$.eml"
                else
                  kill -9 "$PPID"
                  exit 75
                fi
                """),
            Harm = host => host.Overwrite("armed", ""),
            Mend = host => host.Overwrite("mended", ""),
        },
        Killed("when SES has accepted", "receive,127.0.0.1:,1,0,after9", replies: 1) with { Prepare = host =>
        host.UseSes(), MaxDoubles = 1 },
        Ended("by SIGTERM", 15),
        Ended("by SIGXCPU", 24),
        Ended("by SIGABRT", 6),
        Ended("by SIGBUS", 7),
    ];

    private static FaultCell Killed(string when, string rule, int? replies = 0) => new("killed", when)
    {
        Harm = host => host.Break(rule),
        IsSilent = true,
        RepliesMeanwhile = replies,
    };

    private static FaultCell Ended(string how, int signal) =>
        Killed(how, $"rename,.eml,1,1,kill{signal}", replies: null);
}
