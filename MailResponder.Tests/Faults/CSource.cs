using System.Diagnostics;

namespace MailResponder.Tests.Faults;

/// <summary>
/// C sources in the test folder, compiled into a place that every user can reach, until the tests end.
/// </summary>
internal static class CSource
{
    /// <summary>Compiles a source, and returns the path of the result.</summary>
    /// <param name="source">The source's file name in this folder.</param>
    /// <param name="header">The name and text of a file that it includes; null if none.</param>
    /// <param name="options">Options for gcc.</param>
    public static string Compile(string source, (string Name, string Text)? header, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("responder-c-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("0755", 8));
        if (header is var (name, text)) File.WriteAllText(Path.Join(folder, name), text);
        var compiled = Path.Join(folder, Path.GetFileNameWithoutExtension(source));
        using var gcc = Process.Start(
            "gcc", ["-O1", "-I", folder, .. options, "-o", compiled,
            Repository.PathTo("MailResponder.Tests/Faults", source)]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return compiled;
    }
}
