using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Finds folders above our files that every user may write into: who can do that puts another file in the place of
/// ours, whatever the mode of that one is.
/// </summary>
internal static class FolderChecks
{
    public static IEnumerable<Finding> Look(string name, IEnumerable<string?> paths)
    {
        var check = new Check(name);
        foreach (var folder in paths.OfType<string>().SelectMany(AndAbove).Distinct().Where(Directory.Exists)
            .Order(StringComparer.Ordinal).Where(IsOpen))
            check.Fault($"every user can change {folder}, and so replace what lies in it",
                $"run: chmod o-w {folder}; and look at what lies in it");
        return check;
    }

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

    /// <summary>In a sticky folder like /tmp others can make files, but not replace ours.</summary>
    private static bool IsOpen(string folder) =>
        Host.IsOpen(folder, UnixFileMode.OtherWrite) && !Host.IsOpen(folder, UnixFileMode.StickyBit);
}
