using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The machine that the responder runs on, as the checks see it.</summary>
internal sealed record Host
{
    /// <summary>The user that Postfix runs the responder as.</summary>
    public const string ResponderUser = "mail_responder";

    /// <summary>Where install.sh puts the program.</summary>
    public const string InstalledProgram = "/usr/local/bin/responder";

    public required HostPrograms Programs { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Stands before every path of the operating system; empty for this machine itself.</summary>
    public string Root { get; init; } = "";

    /// <summary>Whether everything can be seen, and other users can be impersonated.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>The user who looks.</summary>
    public required string UserName { get; init; }

    /// <summary>The program that looks, and what it prints for --version.</summary>
    public required (string Path, string Version) Program { get; init; }

    public bool MayActAsResponder => IsRoot || UserName == ResponderUser;

    public DateTimeOffset Now => Clock.GetUtcNow();

    public string PathTo(string path) => Root + path;

    /// <summary>The lines of a text file; null when it is missing or may not be read.</summary>
    public string[]? Lines(string path) => FileTrouble.OrNull(() => File.ReadAllLines(PathTo(path)));

    /// <summary>What lines like NAME=VALUE say, by the names; of two with one name the later one counts.</summary>
    public static Dictionary<string, string> Values(IEnumerable<string> lines, char separator) => lines
        .Select(line => line.Split(separator, 2)).Where(parts => parts.Length == 2)
        .GroupBy(parts => parts[0].Trim(), parts => parts[1].Trim())
        .ToDictionary(said => said.Key, said => said.Last());

    /// <summary>The files of a folder in order, by their paths on the host; none when there is no folder.</summary>
    public IEnumerable<string> FilesIn(string folder, string pattern = "*") => !Directory.Exists(PathTo(folder)) ? []
        : Directory.GetFiles(PathTo(folder), pattern).Select(file => file[Root.Length..]).Order(StringComparer.Ordinal);

    /// <summary>Whether the mode of a file or folder that exists has any of the rights.</summary>
    public static bool IsOpen(string path, UnixFileMode rights) => (File.GetUnixFileMode(path) & rights) != 0;

    /// <summary>What stat(1) prints of a file; empty when there is none.</summary>
    public string Stat(string format, string path) => Run("stat", "-L", "-c", format, path).Output.OneLine();

    /// <summary>
    /// The addresses at which something listens on a TCP port, as proc_net(5) writes them, in hexadecimal.
    /// </summary>
    public List<string> Listening(long port)
    {
        var suffix = $":{port:X4}";
        return [.. (Lines("/proc/net/tcp") ?? []).Concat(Lines("/proc/net/tcp6") ?? [])
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            // 0A is LISTEN.
            .Where(fields => fields is [_, _, _, "0A", ..] && fields[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(fields => fields[1][..^suffix.Length])];
    }

    public ProgramResult Run(string program, params string[] arguments) => Programs.Run(program, arguments);

    /// <summary>
    /// Runs a program as the responder's user, with its groups. Only where <see cref="MayActAsResponder"/>.
    /// </summary>
    public ProgramResult RunAsResponder(string program, params string[] arguments) => IsRoot
        // Through a shell: setpriv still has root's capabilities when it executes a program, and so could execute one
        // that the user may not.
        ? Run("setpriv", ["--reuid", ResponderUser, "--regid", ResponderUser, "--init-groups", "/bin/sh", "-c",
            "exec \"$0\" \"$@\"", program, .. arguments])
        : Run(program, arguments);

    /// <summary>
    /// Has the whole process act as the responder's user until this is disposed. Only where
    /// <see cref="MayActAsResponder"/>.
    /// </summary>
    /// <returns>Null when it is that user already.</returns>
    /// <exception cref="ResponderException">There is no such user.</exception>
    public IDisposable? ActAsResponder() => !IsRoot ? null
        : PasswdEntry(ResponderUser) is [_, _, var number, ..]
            && ServiceUser.Act((uint)number.AsNumber()!) is { } acting ? acting
            : throw new ResponderException(Cause.Settings, $"root cannot act as {ResponderUser}");

    /// <summary>
    /// The paths to which the responder's user has no access of the kind: r, w or x, as test(1) has them. The kernel is
    /// asked, so that folders on the way, groups and access lists all count. Empty where it cannot be asked.
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

    /// <summary>The fields of a user's line in passwd(5); null when there is no such user.</summary>
    public string[]? PasswdEntry(string user) =>
        Run("getent", "passwd", user) is { Succeeded: true } found ? found.Output.Trim().Split(':') : null;

    /// <summary>The fields of all users.</summary>
    public IEnumerable<string[]> Users() => Run("getent", "passwd").Lines.Select(line => line.Split(':'));

    /// <summary>Whether a process with this name (at most 15 characters, proc_pid_comm(5)) runs.</summary>
    public bool IsRunning(string name) => Directory.EnumerateDirectories(PathTo("/proc")).Select(Path.GetFileName).Any(
        folder => folder!.All(char.IsAsciiDigit) && Lines($"/proc/{folder}/comm") is [var running, ..]
            && running == name);
}
