using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The folder of the rendered book. Where it cannot be written every message is answered all the same, from the book
/// and the attachments themselves, and so nothing but this tells.
/// </summary>
internal static class RenderingChecks
{
    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        const string name = "rendered";
        var folder = RenderingFolder.PathOf(settings);
        yield return Obstacle(host, folder) is { } obstacle
            ? Finding.Warning(name, $"{obstacle}: each message parses the book and encodes its attachments anew",
                $"run: rm -rf {folder}; install -d -o {Host.ResponderUser} -g {Host.ResponderUser} -m 0700 {folder}")
            : Finding.Ok(name, folder);
    }

    private static string? Obstacle(Host host, string folder)
    {
        if (Directory.Exists(folder))
        {
            List<string> needed = [folder, .. Directory.EnumerateFiles(folder, RenderingFolder.LockName)];
            var refused = host.Refused('w', needed);
            return refused.Count > 0 ? $"{Host.ResponderUser} may not write {string.Join(", ", refused.Order())}"
                : null;
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
