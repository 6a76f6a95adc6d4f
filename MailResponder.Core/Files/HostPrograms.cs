using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace MailResponder.Files;

/// <summary>
/// Runs programs of the host: each with a time limit, with bounded output, in English, and with nothing of the
/// caller's environment, as pipe(8) and cron run them, but MAIL_CONFIG, which names an instance of Postfix
/// (postconf(1)).
/// </summary>
/// <param name="folders">Where programs are looked for, in this order.</param>
/// <param name="maxTime">After this the program is killed, with all that it started.</param>
internal sealed class HostPrograms(IReadOnlyList<string> folders, TimeSpan maxTime)
{
    private const int MaxCharacters = 1 << 18;
    private const string Instance = "MAIL_CONFIG";

    private static readonly string[] StandardFolders =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The programs of this host.</summary>
    public HostPrograms(TimeSpan maxTime) : this(StandardFolders, maxTime)
    {
    }

    /// <param name="program">A name that is looked for in the folders, or a whole path.</param>
    /// <param name="input">What it reads on standard input.</param>
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
        // Each on its own thread: a full pipe must not block the other ones.
        var output = Task.Run(() => Beginning(process.StandardOutput));
        var errors = Task.Run(() => Beginning(process.StandardError));
        var fed = Task.Run(() => Feed(process.StandardInput, input));
        // A daemon that it left behind may hold the pipes open, so the time limit is for them too.
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
            // It ended without reading.
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
            // It was killed because it took too long.
        }

        return text.ToString();
    }

    private string? Find(string program) => program.StartsWith('/')
        ? File.Exists(program) ? program : null
        : folders.Select(folder => Path.Join(folder, program)).FirstOrDefault(File.Exists);
}

/// <summary>What a program of the host answered.</summary>
/// <param name="Code">Its exit code; null when it is not installed, or was stopped because it took too long.</param>
/// <param name="IsInstalled">Whether the host has the program.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Errors">The beginning of its standard error.</param>
internal sealed record ProgramResult(int? Code, bool IsInstalled, string Output, string Errors)
{
    public bool Succeeded => Code == 0;

    /// <summary>Whether it ended in time, and not with success: then it has found something.</summary>
    public bool Failed => Code is not (null or 0);

    public IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<string> ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Why it failed, in its own words.</summary>
    public string Complaint =>
        !IsInstalled ? "is not installed"
        : Code is null ? "did not answer in time"
        : (Errors.Trim().Length > 0 ? Errors : Output.Trim().Length > 0 ? Output : $"exit code {Code}").OneLine();
}
