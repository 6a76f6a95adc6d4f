using MailResponder.Files;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Faults of the renderings of book and attachments, which only save time. Whatever happens to them, the message is
/// answered from the book itself, and a process that dies while using them leaves nothing half done.
/// </summary>
internal static class RenderedCells
{
    private const string Folder = "responder.db.rendered";

    private static readonly string[] Kinds = ["addresses", "get@example.com", ".body", ".base64"];

    public static IEnumerable<FaultCell> All =>
    [
        Of("missing", host => Empty(host)),
        Of("unreadable", host => host.TakeAway(Folder)),
        Of("corrupt", host =>
        {
            Empty(host);
            host.Overwrite(Folder, "in the way");
        }) with { Mend = host => File.Delete(host.Place.PathTo(Folder)) },
        Of("slow", host => host.Break($"read,{Folder}/,1,0,sleep50")),
        Of("locked", host =>
        {
            host.AtEnd(FileTurn.TryTake(host.Place.PathTo(Folder + "/.lock"))!.Dispose);
            foreach (var kind in Kinds) File.Delete(host.Place.PathTo(host.Rendered(kind)));
        }),
        .. Kinds.SelectMany(OfFile),
        Unwritable("on a full disk", $"write,{Folder}/,1,0,28"),
        Unwritable("on a disk that does not sync", $"sync,{Folder}/,1,0,5"),
        Unwritable("on a read-only disk", $"mkdir,{Folder},1,0,30", $"open,{Folder}/,1,0,30"),
        Killed("while the book is rendered", $"write,{Folder}/.new/,2,1,kill9", replies: 0),
        Killed("before the rendered book has its name", $"rename,{Folder}/,1,1,kill9", replies: 0),
        Killed("while an attachment is rendered", "write,.base64.new,1,1,kill9", replies: 1),
        Killed("before the rendered body has its name", "rename,.body,1,1,kill9", replies: 1),
    ];

    private static IEnumerable<FaultCell> OfFile(string ending)
    {
        // The cell's name becomes the local part of a mail address, so it must not contain an @.
        var kind = ending.Replace("get@example.com", "record", StringComparison.Ordinal);
        return
        [
            Of($"without its {kind}", host => File.Delete(host.Place.PathTo(host.Rendered(ending)))),
            Of($"whose {kind} is of root", host => host.TakeAway(host.Rendered(ending))),
            Of($"whose {kind} is corrupt", host =>
            {
                var file = host.Place.PathTo(host.Rendered(ending));
                File.WriteAllBytes(file, Array.ConvertAll(File.ReadAllBytes(file), b => (byte)(b ^ 0x55)));
            }),
            Of($"whose {kind} is cut short", host =>
            {
                using var file = File.OpenWrite(host.Place.PathTo(host.Rendered(ending)));
                file.SetLength(file.Length / 2);
            }),
            Of($"whose {kind} is a pipe", host =>
            {
                var file = host.Rendered(ending);
                File.Delete(host.Place.PathTo(file));
                host.Pipe(file);
            }),
            Of($"whose {kind} cannot be read", host => host.Break($"read,{host.Rendered(ending)},1,0,5")) with
            {
                // The damage is found while the reply is written, so the reply waits for another attempt.
                Reason = kind == ".base64" ? "send" : null,
                Problem = kind == ".base64" ? "input/output error 5; check the disk" : "",
                RepliesMeanwhile = kind == ".base64" ? 1 : 0,
            },
        ];
    }

    /// <summary>Nothing is rendered yet, and nothing can be rendered now.</summary>
    private static FaultCell Unwritable(string where, params string[] rules) => Of(where, host =>
    {
        Empty(host);
        host.Break(rules);
    });

    private static FaultCell Of(string fault, Action<FaultHost> harm) => new("rendered book", fault)
    {
        Harm = host =>
        {
            host.Render();
            harm(host);
        },
    };

    private static FaultCell Killed(string when, string rule, int replies) => new("killed", when)
    {
        Harm = host =>
        {
            host.Render();
            Empty(host);
            host.Break(rule);
        },
        IsSilent = true,
        RepliesMeanwhile = replies,
    };

    private static void Empty(FaultHost host) => Directory.Delete(host.Place.PathTo(Folder), recursive: true);
}
