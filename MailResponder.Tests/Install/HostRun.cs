using System.Diagnostics;

namespace MailResponder.Tests.Install;

/// <summary>The exit code and both output streams of a program of the host or of a server root.</summary>
internal sealed record HostRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The exit code and both streams, for the message of a failing test.</summary>
    public string Said => $"exit {ExitCode}\n{Output}\n{Errors}";

    public static HostRun Of(string program, IEnumerable<string> arguments, byte[]? input = null)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program did not read all of its input; its output tells why.
        }
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} still ran after {Patience}");
        }
        // A daemon that it started may hold the streams open. Then the output so far is all there is.
        Task.WaitAll([output, errors], TimeSpan.FromSeconds(5));
        return new HostRun(process.ExitCode, Text(output), Text(errors));
    }

    private static string Text(Task<string> stream) =>
        stream.IsCompletedSuccessfully ? stream.Result : "(a daemon that was started holds this stream open)";

    public static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    /// <summary>Returns this run if it exited with 0. Otherwise fails the test and shows the output.</summary>
    public HostRun Good()
    {
        Assert.True(ExitCode == 0, Said);
        return this;
    }
}
