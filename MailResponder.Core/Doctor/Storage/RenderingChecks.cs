using MailResponder.Native;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The folder of the rendered book. Where it cannot be written, every message is still answered, from the book and the
/// attachments themselves; only this check notices.
/// </summary>
internal static class RenderingChecks
{
    public const string Name = "rendered";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        var (check, folder) = (new Check(Name), RenderingFolder.PathOf(settings));
        if (!host.MayActAsResponder)
            return check.Ok(folder);
        using var asResponder = host.ActAsResponder();
        var turn = Path.Join(folder, RenderingFolder.LockName);
        var obstacle = File.Exists(turn) && !FileSystem.MayChange(turn) ? $"{Host.ResponderUser} may not write {turn}"
            : PlaceCheck.Folder(folder);
        return obstacle is null ? check.Ok(folder)
            : check.Warning($"{obstacle}: each message parses the book and encodes its attachments anew",
                $"run: rm -rf {folder}; install -d -o {Host.ResponderUser} -g {Host.ResponderUser} -m 0700 {folder}");
    }
}
