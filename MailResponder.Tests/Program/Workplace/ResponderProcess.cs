using System.Diagnostics;
using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>
/// The published program, started as pipe(8) starts it: in a folder that is not its own, and with only PATH and LANG in
/// its environment.
/// </summary>
internal sealed class ResponderProcess : IDisposable
{
    /// <summary>Shell text that starts the program without changes.</summary>
    public const string Plainly = "exec \"$@\"";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<byte[]> _output;
    private readonly Task<string> _errors;

    private ResponderProcess(Process process)
    {
        _process = process;
        _output = ReadAll(process.StandardOutput.BaseStream);
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The path of the file that publish.sh made. A test that needs it fails if run.sh was not used.</summary>
    public static string Binary =>
        Environment.GetEnvironmentVariable("RESPONDER_BINARY") is { Length: > 0 } path && File.Exists(path)
            ? Path.GetFullPath(path)
            : throw new InvalidOperationException(
                "RESPONDER_BINARY does not name the published program: run the tests with MailResponder.Tests/run.sh");

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <param name="how">Shell text that ends by running <c>"$@"</c>, for redirections and limits.</param>
    /// <param name="arguments">The arguments after the program's name.</param>
    public static ResponderProcess Start(string how, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in (string[])["-c", how, "sh", Binary, .. arguments]) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C";
        return new ResponderProcess(Process.Start(start)!);
    }

    public static ProgramRun Run(string how, byte[] input, params string[] arguments)
    {
        using var running = Start(how, arguments);
        running.Feed(input);
        return running.Finish();
    }

    /// <summary>Writes to standard input and leaves it open.</summary>
    public void Begin(byte[] input)
    {
        _process.StandardInput.BaseStream.Write(input);
        _process.StandardInput.BaseStream.Flush();
    }

    /// <summary>Writes all of standard input and closes it. The program may stop reading early.</summary>
    public void Feed(byte[] input)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    public void Kill() => _process.Kill();

    public ProgramRun Finish()
    {
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the program still ran after {Patience}");
        }
        return new ProgramRun(_process.ExitCode, _output.GetAwaiter().GetResult(), _errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static async Task<byte[]> ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
