namespace MailResponder.Tests.Install;

/// <summary>The roots made by make-root.sh: the releases on which the tests install a server.</summary>
internal static class ServerRoots
{
    /// <summary>
    /// The collection of half of the server tests. Each installs packages and waits for daemons, so two run at once.
    /// </summary>
    public const string Collection = "Server roots";

    public const string SecondCollection = "Server roots, second half";

    public const string Debian = "bookworm";

    /// <summary>Debian 12 and 13, and the Ubuntu releases whose root could be made here.</summary>
    public static TheoryData<string> Suites => [Debian, "trixie", .. Ubuntu.Where(Exists)];

    private static readonly string[] Ubuntu = ["jammy", "noble"];

    /// <summary>
    /// Returns the path of the root of a release, <paramref name="kind"/> being bare or packages. A test that needs it
    /// fails if run.sh was not used.
    /// </summary>
    public static string PathTo(string suite, string kind) =>
        Exists(suite)
            ? Path.Join(Folder, suite, kind)
            : throw new InvalidOperationException(
                $"RESPONDER_ROOTS names no folder with a {suite} root: run the tests with MailResponder.Tests/run.sh");

    private static string Folder => Environment.GetEnvironmentVariable("RESPONDER_ROOTS") ?? "";

    private static bool Exists(string suite) =>
        Folder.Length > 0 && File.Exists(Path.Join(Folder, suite, "packages.list"));
}
