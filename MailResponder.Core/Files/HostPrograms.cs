using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace MailResponder.Files;

/// <summary>
/// Runs programs of the host, each with a time limit, bounded output and English messages. As under pipe(8) and cron, a
/// program gets none of the caller's environment, except MAIL_CONFIG, which selects a Postfix instance (postconf(1)).
/// </summary>
/// <param name="folders">The folders searched for programs, in this order.</param>
/// <param name="maxTime">The time limit. After it the program is killed, with all processes that it started.</param>
internal sealed class HostPrograms(IReadOnlyList<string> folders, TimeSpan maxTime)
{
    private const int MaxCharacters = 1 << 18;
    private const string Instance = "MAIL_CONFIG";

    private static readonly string[] StandardFolders =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Uses the programs of this host.</summary>
    public HostPrograms(TimeSpan maxTime) : this(StandardFolders, maxTime)
    {
    }

    /// <param name="program">A name to look up in the folders, or a full path.</param>
    /// <param name="input">The program's standard input.</param>
    public ProgramResult Run(string program, IReadOnlyList<string> arguments, string input = "")
    {
        if (Find(program) is not { } path)
            return new ProgramResult(null, IsInstalled: false, "", "");
        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', folders);
        start.Environment["LANG"] = start.Environment["LC_ALL"] = "C";
        if (Environment.GetEnvironmentVariable(Instance) is { } instance)
            start.Environment[Instance] = instance;
        try
        {
            using var process = Process.Start(start)!;
            return Finish(process, input);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            return new ProgramResult(126, IsInstalled: true, "", $"{path} cannot be run");
        }
    }

    private ProgramResult Finish(Process process, string input)
    {
        // Each stream has its own thread: a full pipe must not block the others.
        var output = Task.Run(() => Beginning(process.StandardOutput));
        var errors = Task.Run(() => Beginning(process.StandardError));
        var fed = Task.Run(() => Feed(process.StandardInput, input));
        // A daemon that the program left behind may hold the pipes open, so the time limit applies to them too.
        var ended = Task.WaitAll([output, errors, fed], maxTime) && process.WaitForExit(maxTime);
        if (!ended && !process.HasExited)
            process.Kill(entireProcessTree: true);
        return new ProgramResult(ended ? process.ExitCode : null, IsInstalled: true,
            output.IsCompletedSuccessfully ? output.Result : "", errors.IsCompletedSuccessfully ? errors.Result : "");
    }

    private static void Feed(StreamWriter writer, string input)
    {
        try
        {
            writer.Write(input);
            writer.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input.
        }
    }

    private static string Beginning(StreamReader reader)
    {
        var (text, buffer) = (new StringBuilder(), new char[4096]);
        try
        {
            while (reader.Read(buffer) is > 0 and var count)
                text.Append(buffer, 0, Math.Min(count, MaxCharacters - text.Length));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The program was killed because it took too long.
        }

        return text.ToString();
    }

    private string? Find(string program) => program.StartsWith('/')
        ? File.Exists(program) ? program : null
        : folders.Select(folder => Path.Join(folder, program)).FirstOrDefault(File.Exists);
}

/// <summary>The result of running a program of the host.</summary>
/// <param name="Code">Its exit code; null if it is not installed or was killed because it took too long.</param>
/// <param name="IsInstalled">Whether the host has the program.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Errors">The beginning of its standard error.</param>
internal sealed record ProgramResult(int? Code, bool IsInstalled, string Output, string Errors)
{
    public bool Succeeded => Code == 0;

    /// <summary>
    /// Whether the program ended in time with an exit code other than 0, which means that it found a fault.
    /// </summary>
    public bool Failed => Code is not (null or 0);

    public IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<string> ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Why it failed; in the program's own words if it wrote any.</summary>
    public string Complaint =>
        !IsInstalled ? "is not installed"
        : Code is null ? "did not answer in time"
        : (Errors.Trim().Length > 0 ? Errors : Output.Trim().Length > 0 ? Output : $"exit code {Code}").OneLine();
}
