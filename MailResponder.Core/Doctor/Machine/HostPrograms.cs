using System.Diagnostics;
using System.Text;

namespace MailResponder.Doctor;

/// <summary>
/// Runs programs of the host: each with a time limit, with bounded output, in English, and with nothing of the
/// caller's environment, as pipe(8) and cron run them.
/// </summary>
/// <param name="folders">Where programs are looked for, in this order.</param>
/// <param name="maxTime">After this the program is killed, with all that it started.</param>
internal sealed class HostPrograms(IReadOnlyList<string> folders, TimeSpan maxTime)
{
    private const int MaxCharacters = 1 << 18;

    public static readonly string[] StandardFolders =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

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
        try
        {
            using var process = Process.Start(start)!;
            return Finish(process, input);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException)
        {
            return new ProgramResult(126, IsInstalled: true, "", $"{path} cannot be run");
        }
    }

    private ProgramResult Finish(Process process, string input)
    {
        // On its own thread each: a full pipe must not keep the other one waiting.
        var output = Beginning(process.StandardOutput);
        var errors = Beginning(process.StandardError);
        var fed = Feed(process, input);
        // A daemon that it left behind may hold the pipes open: the wait is for them too, and it ends.
        var ended = Task.WaitAll([output, errors, fed], maxTime) && process.WaitForExit(maxTime);
        if (!ended && !process.HasExited)
            process.Kill(entireProcessTree: true);
        return new ProgramResult(ended ? process.ExitCode : null, IsInstalled: true,
            output.IsCompletedSuccessfully ? output.Result : "", errors.IsCompletedSuccessfully ? errors.Result : "");
    }

    private static Task Feed(Process process, string input) => Task.Run(() =>
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read; then it did not want the input.
        }
    });

    private static Task<string> Beginning(StreamReader reader) => Task.Run(() =>
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            int count;
            while ((count = reader.Read(buffer)) > 0)
                text.Append(buffer, 0, Math.Min(count, MaxCharacters - text.Length));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Killed, because it took too long.
        }

        return text.ToString();
    });

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

    /// <summary>Whether it ended with something else than success, in time: then it has found something.</summary>
    public bool Failed => Code is not (null or 0);

    public IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Why it failed, in its own words.</summary>
    public string Complaint =>
        !IsInstalled ? "is not installed"
        : Code is null ? "did not answer in time"
        : (Errors.Trim().Length > 0 ? Errors : Output.Trim().Length > 0 ? Output : $"exit code {Code}").OneLine();
}
