using System.Diagnostics;

namespace MailResponder.Tests.Program;

/// <summary>A terminal made by script(1), in which a program runs.</summary>
internal static class Terminal
{
    public static (int ExitCode, string Said) Run(string command)
    {
        var start = new ProcessStartInfo("script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var terminal = Process.Start(start)!;
        var said = terminal.StandardOutput.ReadToEndAsync();
        Assert.True(terminal.WaitForExit(TimeSpan.FromSeconds(60)), "it waits in silence");
        return (terminal.ExitCode, said.Result);
    }
}
