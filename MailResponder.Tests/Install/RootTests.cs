using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>Tests what the other tests of this folder rely on.</summary>
[Collection(ServerRoots.Collection)]
public sealed class RootTests
{
    /// <summary>NativeAOT binds to the C library of the machine that built the program.</summary>
    [Theory]
    [MemberData(nameof(ServerRoots.Suites), MemberType = typeof(ServerRoots))]
    public void PublishedProgram_RunsOnTheRelease(string suite)
    {
        using var server = new ServerRoot(suite);
        server.CopyIn(ResponderProcess.Binary, "/usr/local/bin/responder");
        Assert.Contains("NativeAOT", server.Run("responder --version").Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_KnowsItsNamesAndNobodyElse()
    {
        using var server = new ServerRoot(ServerRoots.Debian);
        Assert.StartsWith(OutsideWorld.Address, server.Run("getent hosts mx.freemail.test").Good().Output,
            StringComparison.Ordinal);
        Assert.Equal("mail.example.com", server.Run("hostname -f").Good().Output.Trim());
        Assert.NotEqual(0, server.Run("getent hosts www.example.net").ExitCode);
        Assert.Empty(server.Outside.MailFiles);
    }
}
