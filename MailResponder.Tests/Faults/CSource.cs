using System.Diagnostics;

namespace MailResponder.Tests.Faults;

/// <summary>C beside the tests, compiled where every user can reach it, until the tests end.</summary>
internal static class CSource
{
    /// <summary>The compiled file.</summary>
    /// <param name="source">Its name in this folder.</param>
    /// <param name="header">A text that it includes, and its name; null: none.</param>
    /// <param name="options">gcc's.</param>
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
