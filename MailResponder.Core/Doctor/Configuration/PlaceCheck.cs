using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Doctor;

/// <summary>
/// Checks whether the running user could use a program, a folder or the database that the settings name. Changes
/// nothing. Each method returns the problem, or null if there is none.
/// </summary>
internal static class PlaceCheck
{
    public const string RemedyOfLostTarget = "if a volume belongs there, mount it; else correct the link";

    private const int NoProgram = 8, NotAllowed = 13, Absent = 2;

    public static string? Program(string path)
    {
        var error = !File.Exists(path) ? Directory.Exists(path) ? NotAllowed : Absent
            : !FileSystem.MayRun(path) ? NotAllowed
            : FileSystem.MayRead(path) && !IsProgram(path) ? NoProgram : 0;
        return error == 0 ? null : $"{path} {FileTrouble.OfProgram(path, error)}";
    }

    /// <summary>Checks a folder to write into. If it is missing, the first message creates it.</summary>
    public static string? Folder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return FileSystem.MayWriteInto(folder) ? null : OwnPlaces.MayNotWriteInto(folder);
        }

        if (Path.Exists(folder))
            return $"{folder} is a file, but a folder is needed; move it away, or name another folder";
        return Folder(Path.GetDirectoryName(folder) ?? "/") is { } above
            ? $"{folder} cannot be created: {above}" : null;
    }

    /// <summary>Checks the place of a file that the first message creates.</summary>
    public static string? NewFile(string path) => InWords(path, () =>
    {
        var folder = Path.GetDirectoryName(path)!;
        return RegularFile.ModeOf(path) is not null ? null
            // install.sh makes the folder so that the service's user cannot write into it.
            : Directory.Exists(folder) && !FileSystem.MayWriteInto(folder)
                ? $"{path} does not exist, and the user {RunningUser.Name} may not create it; run install.sh"
            : Folder(folder) is { } obstacle ? $"{path} does not exist and cannot be created: {obstacle}" : null;
    });

    /// <summary>Checks the database, and the files that SQLite and the responder keep next to it.</summary>
    public static string? Sqlite(string path) => InWords(path, () =>
    {
        // They are next to the target of a symbolic link.
        var database = TargetOf(path);
        if (LostTarget(path, database) is { } lost)
            return $"{lost}; {RemedyOfLostTarget}";
        string[] beside = [database + "-wal", database + "-shm", database + ".lock"];
        return ((string[])[path, .. beside]).Select(Changeable).FirstOrDefault(problem => problem is not null)
            ?? (IsSqlite(path) ? Folder(Path.GetDirectoryName(database)!)
                : $"{path} is not an SQLite database; correct the path, or move the file away");
    });

    /// <summary>Returns where the symbolic links of a path lead, even if nothing is there yet.</summary>
    /// <exception cref="IOException">They lead in a circle.</exception>
    public static string TargetOf(string path)
    {
        if (FileSystem.RealPath(path) is { } real)
            return real;
        if (!File.Exists(path))
            return path;
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException exception)
        {
            // .NET's exception has no error number.
            throw new IOException(exception.Message, FileTrouble.LinksInACircle);
        }
    }

    /// <summary>
    /// Returns the problem if a link leads into a folder that does not exist: SQLite creates a missing file at the end
    /// of a link, but nobody creates its folder.
    /// </summary>
    public static string? LostTarget(string path, string target) =>
        target == path || Path.GetDirectoryName(target) is not { } folder || Directory.Exists(folder) ? null
            : $"{path} is a link to {target}, but there is no folder {folder}";

    private static string? Changeable(string path) => InWords(path,
        () => RegularFile.ModeOf(path) is null || FileSystem.MayChange(path) ? null
            : $"{path}: the user {RunningUser.Name} may not read or write it; check its owner and mode");

    /// <summary>Whether the file is missing, empty or begins as an SQLite database does.</summary>
    private static bool IsSqlite(string path)
    {
        if (RegularFile.ModeOf(path) is null)
            return true;
        using var file = RegularFile.Open(path, FileShare.ReadWrite | FileShare.Delete);
        var head = new byte["SQLite format 3\0"u8.Length];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return length == 0 || head.AsSpan(0, length).SequenceEqual("SQLite format 3\0"u8);
    }

    private static string? InWords(string path, Func<string?> problemOf)
    {
        try
        {
            return problemOf();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return $"{path}: {FileTrouble.Describe(exception)}";
        }
    }

    /// <summary>Whether the kernel can start the file: ELF, or a script that names its interpreter.</summary>
    private static bool IsProgram(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        var start = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return start.StartsWith("#!"u8) || start.SequenceEqual("\u007fELF"u8);
    }
}
