using System.Globalization;

namespace MailResponder.Files;

/// <summary>
/// The name under which a process writes a file until it is complete: NAME.PID.new in the same folder. A killed process
/// leaves the file behind.
/// </summary>
internal static class UnfinishedFile
{
    private const string Ending = ".new";

    public static string NameFor(string path) => $"{path}.{Environment.ProcessId}{Ending}";

    /// <summary>
    /// Deletes the unfinished files of processes that no longer run. Failures are ignored: a file that is left does no
    /// harm.
    /// </summary>
    public static void DeleteThoseOf(string path) => FileTrouble.Try(() =>
    {
        var name = Path.GetFileName(path) + ".";
        foreach (var file in Directory.EnumerateFiles(
            Path.GetDirectoryName(Path.GetFullPath(path))!, name + "*" + Ending))
        {
            var id = Path.GetFileName(file)[name.Length..^Ending.Length];
            if (int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && !Directory.Exists("/proc/" + id))
                File.Delete(file);
        }
    });
}
