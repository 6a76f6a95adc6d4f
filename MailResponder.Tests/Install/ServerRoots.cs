namespace MailResponder.Tests.Install;

/// <summary>The roots that make-root.sh made: the releases on which the tests install a server.</summary>
internal static class ServerRoots
{
    /// <summary>The tests of servers run one after the other: each installs packages.</summary>
    public const string Collection = "Server roots";

    /// <summary>Half of the tests: each waits for daemons most of the time, so two can run at once.</summary>
    public const string SecondCollection = "Server roots, second half";

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

    static string Folder => Environment.GetEnvironmentVariable("RESPONDER_ROOTS") ?? "";

    static bool Exists(string suite) => Folder.Length > 0 && File.Exists(Path.Join(Folder, suite, "packages.list"));
}
