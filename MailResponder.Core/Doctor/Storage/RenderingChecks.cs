using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The folder of the rendered book. Where it cannot be written, every message is still answered, from the book and the
/// attachments themselves; only this check notices.
/// </summary>
internal static class RenderingChecks
{
    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        var (check, folder) = (new Check("rendered"), RenderingFolder.PathOf(settings));
        return Obstacle(host, folder) is { } obstacle
            ? check.Warning($"{obstacle}: each message parses the book and encodes its attachments anew",
                $"run: rm -rf {folder}; install -d -o {Host.ResponderUser} -g {Host.ResponderUser} -m 0700 {folder}")
            : check.Ok(folder);
    }

    private static string? Obstacle(Host host, string folder)
    {
        if (Directory.Exists(folder))
        {
            var refused = host.Refused('w', [folder, .. Directory.EnumerateFiles(folder, RenderingFolder.LockName)]);
            return refused.Count == 0 ? null
                : $"{Host.ResponderUser} may not write {string.Join(", ", refused.Order())}";
        }

        if (Path.Exists(folder))
            return folder + " is no folder";
        // The first message makes it, with the folders above it.
        var above = folder;
        while (!Path.Exists(above))
            above = Path.GetDirectoryName(above)!;
        return host.Refused('w', [above]).Count > 0 ? $"{Host.ResponderUser} may not make {folder}" : null;
    }
}
