using System.Diagnostics;

namespace MailResponder.Tests;

/// <summary>
/// Programs that a test writes and then starts at once. Another process writes them. If this process wrote them, a
/// process that another test starts at that moment would inherit the open file, and the kernel would refuse to start
/// the program while it is open for writing ("Text file busy").
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
