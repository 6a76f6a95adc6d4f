namespace MailResponder.Tests.Install;

/// <summary>The roots that make-root.sh made: the releases on which the tests install a server.</summary>
internal static class ServerRoots
{
    /// <summary>
    /// A third of the tests of servers. Each installs packages and waits for daemons, so that three can run at once.
    /// </summary>
    public const string Collection = "Server roots";

    public const string SecondCollection = "Server roots, second third";

    public const string ThirdCollection = "Server roots, last third";

    public const string Debian = "bookworm";

    /// <summary>Debian 12, and those Ubuntu releases whose root could be made here.</summary>
    public static TheoryData<string> Suites =>
        [.. new[] { Debian, "jammy", "noble" }.Where(suite => suite == Debian || Exists(suite))];

    /// <summary>
    /// The root <paramref name="kind"/> (bare or packages) of a release; a test that needs it fails when run.sh was not
    /// used.
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
