namespace MailResponder.Files;

/// <summary>Describes a failed file operation, in words that do not repeat the path.</summary>
internal static class FileTrouble
{
    private const int IsLocked = 11;
    private const int Absent = 2;
    private const int NoProgram = 8;
    private const int NoMemory = 12;
    private const int NotAllowed = 13;
    private const int FileInTheWay = 17;
    private const int IsFolder = 21;
    private const int TooManyFilesInSystem = 23;
    private const int TooManyFiles = 24;
    private const int FileTooLarge = 27;
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int NameTooLong = 36;
    private const int NoLocks = 37;
    private const int QuotaExceeded = 122;

    /// <summary>The error number of symbolic links that lead in a circle (ELOOP).</summary>
    public const int LinksInACircle = 40;

    /// <summary>Whether the exception means that a file or folder could not be used.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Runs the work, and turns an exception about a file or folder into a <see cref="ResponderException"/>.
    /// </summary>
    /// <param name="cause">The cause of that exception.</param>
    /// <param name="subject">The thing that could not be used, for the operator; usually a path.</param>
    /// <param name="work">The work, which uses files.</param>
    /// <exception cref="ResponderException">A file or folder could not be used.</exception>
    public static T InWords<T>(Cause cause, string subject, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (Is(exception))
        {
            throw new ResponderException(cause, $"{subject}: {Describe(exception)}", exception);
        }
    }

    /// <inheritdoc cref="InWords{T}"/>
    public static void InWords(Cause cause, string subject, Action work) => InWords(cause, subject, () =>
    {
        work();
        return true;
    });

    /// <summary>Returns the result of work on files. Null also if one of them could not be used.</summary>
    public static T? OrNull<T>(Func<T?> work) where T : class
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (Is(exception))
        {
            return null;
        }
    }

    /// <summary>Runs work whose failure does no harm.</summary>
    /// <returns>False if a file or folder could not be used.</returns>
    public static bool Try(Action work) => OrNull(() =>
    {
        work();
        return work;
    }) is not null;

    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "does not exist",
        UnauthorizedAccessException => $"the user {RunningUser.Name} may not read or write it",
        NotRegularFileException or ChangedFileException => exception.Message,
        PathTooLongException => OfNumber(NameTooLong),
        _ => OfNumber(exception.HResult & 0xffff),
    };

    /// <summary>Returns why a program cannot be started, as a phrase whose subject is the program.</summary>
    /// <param name="path">The program.</param>
    /// <param name="error">The error number of posix_spawn(3).</param>
    public static string OfProgram(string path, int error) => error switch
    {
        Absent when File.Exists(path) => "names an interpreter in its first line that does not exist",
        Absent => "does not exist; name the host's program",
        NotAllowed when Directory.Exists(path) => "is a folder; name the program in it",
        NotAllowed => $"may not be run by the user {RunningUser.Name}; if it is a program, run: chmod 0755 {path}",
        NoProgram => "is not a program; a script must begin with a line like #!/bin/sh",
        IsLocked => "would exceed the limit of processes; see: ulimit -u",
        NoMemory => "cannot get memory; none is left",
        TooManyFiles => "would exceed the limit of open files; raise the limit, see: ulimit -n",
        _ => $"fails with system error {error}",
    };

    private static string OfNumber(int number) => number switch
    {
        FileInTheWay => "a file has the name of a folder that is needed; move it away, or correct the path",
        NoSpaceLeft => "the disk is full",
        QuotaExceeded => "the user's disk quota is used up",
        ReadOnlyFileSystem => "the file system is read-only",
        FileTooLarge => "the file would be larger than the limit; see: ulimit -f",
        TooManyFiles => "too many files are open; raise the limit, see: ulimit -n",
        TooManyFilesInSystem => "too many files are open on the host; raise fs.file-max",
        IsLocked => "is locked by another process; find it with: fuser",
        IsFolder => "is a folder, not a file",
        NoMemory => "there is no memory left",
        NameTooLong => "the name is too long; each part of a path may have 255 bytes, and the whole path 4095",
        LinksInACircle => "symbolic links lead in a circle; see: ls -l, and correct one of them",
        NoLocks => "the file system does not support locks; use a disk of this host",
        _ => $"input/output error {number}; check the disk",
    };
}
