using System.Globalization;

namespace MailResponder.Files;

/// <summary>
/// The name under which a process writes a file that is to appear whole: NAME.PID.new beside it. A process that was
/// killed leaves it behind.
/// </summary>
internal static class UnfinishedFile
{
    private const string Ending = ".new";

    public static string NameFor(string path) => $"{path}.{Environment.ProcessId}{Ending}";

    /// <summary>
    /// Deletes what processes that no longer run left beside the file. Failures are ignored: the rest does no harm.
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
