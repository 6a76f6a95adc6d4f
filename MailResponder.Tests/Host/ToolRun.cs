using System.Diagnostics;

namespace MailResponder.Tests.Host;

/// <summary>The result of a program of the host.</summary>
/// <param name="Output">Standard output and standard error, in the order in which they were written.</param>
internal sealed record ToolRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    public static ToolRun Of(string program, params string[] arguments)
    {
        // Both share one stream, which keeps the order of a terminal.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", "exec \"$@\" 2>&1", "sh", program, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(Bound) && output.Wait(Bound)) return new ToolRun(process.ExitCode, output.Result);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', arguments)} still ran after {Bound}");
    }

    /// <summary>
    /// Runs a script of this folder as the first process in new namespaces. All processes in them end with it.
    /// </summary>
    public static ToolRun Apart(string script, params string[] arguments) =>
        Of("unshare",
        [
            "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc",
            "sh", Repository.PathTo("MailResponder.Tests", "Host", script), .. arguments,
        ]);

    /// <summary>Returns the output. Fails the test if the program failed.</summary>
    public string AssertDone()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}");
        return Output;
    }
}
