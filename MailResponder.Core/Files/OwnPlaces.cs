namespace MailResponder.Files;

/// <summary>
/// The folders that only the responder uses. No remedy changes the owner or mode of another folder: that would give the
/// files of other programs away, or take them from their owner.
/// </summary>
internal static class OwnPlaces
{
    /// <summary>The folder of the service's user, for what the responder writes.</summary>
    public const string Data = "/var/lib/mail_responder";

    /// <summary>The folder of root, for settings and keys.</summary>
    public const string Configuration = "/etc/mail_responder";

    /// <summary>The folder below which root installs programs.</summary>
    public const string Programs = "/usr/local";

    /// <summary>Returns how to mend the owner or mode of a file or folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="change">What changes its owner or mode. Returned if that is safe.</param>
    /// <param name="move">Where its files belong. Returned for a folder that others may use.</param>
    /// <param name="own">The folders in and below which the change is safe.</param>
    public static string Remedy(string path, string change, string move, params string[] own) =>
        !Directory.Exists(path) || own.Any(folder => $"{path}/".StartsWith(folder + "/", StringComparison.Ordinal))
            ? change : move;

    /// <summary>Describes a folder that the running user cannot create files in.</summary>
    public static string MayNotWriteInto(string folder) => $"{folder}: the user {RunningUser.Name} may not write into "
        + "it; " + Remedy(folder, "check its owner and mode",
            $"name a folder below {Data} or, if a volume belongs there, mount it", Data);
}
