using System.Diagnostics;

namespace MailResponder.Tests;

/// <summary>
/// Programs that a test makes and has started at once. Another process writes them: what this one has open for writing
/// is open too in each process that another test starts at that moment, and as long as it is, the kernel starts no
/// program from it ("Text file busy").
/// </summary>
internal static class Executable
{
    public static void Write(string path, string text) => Make("cat >\"$1\"", path, "", text);

    public static void Copy(string from, string to) => Make("cp \"$2\" \"$1\"", to, from, "");

    private static void Make(string command, string path, string from, string input)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = Process.Start(
            new ProcessStartInfo("sh", ["-c", $"{command} && chmod 755 \"$1\"", "sh", path,
            from])
            { RedirectStandardInput = true })!;
        writer.StandardInput.Write(input);
        writer.StandardInput.Close();
        writer.WaitForExit();
        Assert.Equal(0, writer.ExitCode);
    }
}
