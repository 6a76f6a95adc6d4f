using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Whether everybody may write into a folder above our files: who can do that puts another file in the place of ours,
/// whatever that one's own mode is.
/// </summary>
internal static class FolderChecks
{
    public static IEnumerable<Finding> Look(string name, IEnumerable<string?> paths) =>
        paths.OfType<string>().SelectMany(AndAbove).Distinct().Where(Directory.Exists).Order(StringComparer.Ordinal)
            .Where(IsOpen).Select(folder => Finding.Fault(name,
                $"every user can change {folder}, and so replace what lies in it",
                $"run: chmod o-w {folder}; and look at what lies in it"));

    /// <summary>What the settings name, and their own file; keys and passwords apart.</summary>
    public static IEnumerable<string?> Places(string settingsFile, ResponderSettings? settings) =>
    [
        settingsFile, settings?.ResponseBook, settings?.FilesRoot, settings?.Database.SqliteFile,
        settings?.PostfixLog.Database, settings?.PostfixMaps,
        settings?.SendMethod == SendMethod.Outbox ? settings.Outbox : null,
    ];

    private static IEnumerable<string> AndAbove(string path)
    {
        for (var place = path; place is not null; place = Path.GetDirectoryName(place))
            yield return place;
    }

    /// <summary>In a sticky folder like /tmp files can be made, but not replaced.</summary>
    private static bool IsOpen(string folder) =>
        (File.GetUnixFileMode(folder) & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite;
}
