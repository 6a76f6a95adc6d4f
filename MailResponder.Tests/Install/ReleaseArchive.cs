using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>The archive that <c>publish.sh --archive</c> made next to the program.</summary>
internal static class ReleaseArchive
{
    /// <summary>The path of the archive. A test that needs it fails if run.sh was not used.</summary>
    public static string Path =>
        Directory.GetFiles(System.IO.Path.GetDirectoryName(ResponderProcess.Binary)!,
            "responder-*.tar.gz") is [var archive]
            ? archive
            : throw new InvalidOperationException(
                "beside RESPONDER_BINARY is no release archive: run the tests with MailResponder.Tests/run.sh");
}
