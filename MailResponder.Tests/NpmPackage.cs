namespace MailResponder.Tests;

/// <summary>Third-party servers that run.sh installs with npm.</summary>
internal static class NpmPackage
{
    /// <summary>Returns the path of a file of a package. A test that needs it fails if run.sh was not used.</summary>
    public static string PathTo(string file) =>
        Environment.GetEnvironmentVariable("RESPONDER_NPM") is { Length: > 0 } folder
            && File.Exists(Path.Join(folder, file))
            ? Path.Join(folder, file)
            : throw new InvalidOperationException(
            $"RESPONDER_NPM names no folder with {file}: run the tests with MailResponder.Tests/run.sh");
}
