using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The machine that the checks examine.</summary>
internal sealed record Host
{
    /// <summary>The user as which Postfix runs the responder.</summary>
    public const string ResponderUser = "mail_responder";

    /// <summary>Where install.sh puts the program.</summary>
    public const string InstalledProgram = "/usr/local/bin/responder";

    public required HostPrograms Programs { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Prefix of every path of the operating system. Empty for the running system.</summary>
    public string Root { get; init; } = "";

    /// <summary>Whether the checks run as root, and so can see everything and act as other users.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>The user who runs the checks.</summary>
    public required string UserName { get; init; }

    /// <summary>The path of the running program, and what it prints for --version.</summary>
    public required (string Path, string Version) Program { get; init; }

    public bool MayActAsResponder => IsRoot || UserName == ResponderUser;

    public DateTimeOffset Now => Clock.GetUtcNow();

    public string PathTo(string path) => Root + path;

    /// <summary>Returns the lines of a text file. Null if it is missing or may not be read.</summary>
    public string[]? Lines(string path) => FileTrouble.OrNull(() => File.ReadAllLines(PathTo(path)));

    /// <summary>
    /// Parses lines like NAME=VALUE. Returns the values by name. If a name occurs more than once, the last value
    /// counts.
    /// </summary>
    public static Dictionary<string, string> Values(IEnumerable<string> lines, char separator) => lines
        .Select(line => line.Split(separator, 2)).Where(parts => parts.Length == 2)
        .GroupBy(parts => parts[0].Trim(), parts => parts[1].Trim())
        .ToDictionary(said => said.Key, said => said.Last());

    /// <summary>
    /// Returns the files of a folder in order, by their paths on the host. Empty if there is no such folder.
    /// </summary>
    public IEnumerable<string> FilesIn(string folder, string pattern = "*") => !Directory.Exists(PathTo(folder)) ? []
        : Directory.GetFiles(PathTo(folder), pattern).Select(file => file[Root.Length..]).Order(StringComparer.Ordinal);

    /// <summary>
    /// Whether the mode of a file or folder has any of the permissions. False if there is none, as behind a link that
    /// leads nowhere.
    /// </summary>
    public static bool IsOpen(string path, UnixFileMode rights) =>
        FileStatus.TryRead(path, out var found) && ((UnixFileMode)found.Mode & rights) != 0;

    /// <summary>Returns what stat(1) prints for a file. Empty if it does not exist.</summary>
    public string Stat(string format, string path) => Run("stat", "-L", "-c", format, path).Output.OneLine();

    /// <summary>
    /// Returns the addresses at which a process listens on a TCP port, in hexadecimal, as proc_net(5) writes them.
    /// </summary>
    public List<string> Listening(long port)
    {
        var suffix = $":{port:X4}";
        return [.. (Lines("/proc/net/tcp") ?? []).Concat(Lines("/proc/net/tcp6") ?? [])
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            // 0A is the state LISTEN.
            .Where(fields => fields is [_, _, _, "0A", ..] && fields[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(fields => fields[1][..^suffix.Length])];
    }

    public ProgramResult Run(string program, params string[] arguments) => Programs.Run(program, arguments);

    /// <summary>
    /// Runs a program as the responder's user, with its groups. Call this only if <see cref="MayActAsResponder"/>.
    /// </summary>
    public ProgramResult RunAsResponder(string program, params string[] arguments) => IsRoot
        // Use a shell. setpriv itself still has root's capabilities when it executes a program, so it could execute one
        // that the user may not.
        ? Run("setpriv", ["--reuid", ResponderUser, "--regid", ResponderUser, "--init-groups", "/bin/sh", "-c",
            "exec \"$0\" \"$@\"", program, .. arguments])
        : Run(program, arguments);

    /// <summary>
    /// Makes the whole process act as the responder's user until the result is disposed. Call this only if
    /// <see cref="MayActAsResponder"/>.
    /// </summary>
    /// <returns>Null if the process already runs as that user.</returns>
    /// <exception cref="ResponderException">
    /// The responder's user does not exist, or root cannot act as that user.
    /// </exception>
    public IDisposable? ActAsResponder() => !IsRoot ? null
        : PasswdEntry(ResponderUser) is [_, _, var number, ..]
            && ServiceUser.Act((uint)number.AsNumber()!) is { } acting ? acting
            : throw new ResponderException(Cause.Settings, $"root cannot act as {ResponderUser}");

    /// <summary>
    /// Returns the paths to which the responder's user lacks access. The kind of access is r, w or x, as in test(1).
    /// The kernel decides, so parent folders, groups and access control lists all count. Empty if the checks may not
    /// act as that user.
    /// </summary>
    public HashSet<string> Refused(char kind, IEnumerable<string> paths)
    {
        if (!MayActAsResponder)
            return [];
        const string script =
            "kind=$1; shift; for path; do test \"-$kind\" \"$path\" || printf '%s\\n' \"$path\"; done";
        var refused = new HashSet<string>();
        foreach (var some in paths.Chunk(500))
            refused.UnionWith(RunAsResponder("/bin/sh", ["-c", script, "sh", kind.ToString(), .. some]).Lines);
        return refused;
    }

    /// <summary>Returns the fields of a user's line in passwd(5). Null if there is no such user.</summary>
    public string[]? PasswdEntry(string user) =>
        Run("getent", "passwd", user) is { Succeeded: true } found ? found.Output.Trim().Split(':') : null;

    /// <summary>Returns the fields of the passwd(5) lines of all users.</summary>
    public IEnumerable<string[]> Users() => Run("getent", "passwd").Lines.Select(line => line.Split(':'));

    /// <summary>Whether a process with this name runs. Names have at most 15 characters (proc_pid_comm(5)).</summary>
    public bool IsRunning(string name) => Directory.EnumerateDirectories(PathTo("/proc")).Select(Path.GetFileName).Any(
        folder => folder!.All(char.IsAsciiDigit) && Lines($"/proc/{folder}/comm") is [var running, ..]
            && running == name);
}
