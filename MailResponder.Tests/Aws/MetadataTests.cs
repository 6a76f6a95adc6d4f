using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Loads aws/metadata.nft in a network namespace of its own, in which the instance metadata service and the clock
/// answer every user, and lets systemd do so.
/// </summary>
public sealed class MetadataTests
{
    [Fact]
    public void CredentialsOfTheRole_AreForRootAndTheResponderAlone()
    {
        var asked = ToolRun.Of("unshare", "--net", "sh", Repository.PathTo("MailResponder.Tests", "Aws", "metadata.sh"),
            Repository.PathTo("aws", "metadata.nft")).AssertDone();
        Assert.Equal(
            """
            before root 200 200
            before mail_responder 200 200
            before nobody 200 200
            before www-data 200 200
            after root 200 200
            after mail_responder 200 200
            after nobody 000 200
            after www-data 000 200

            """,
            asked);
    }

    /// <summary>Whatever empties the ruleset through nftables.service, the guard is loaded again.</summary>
    [Fact]
    public void Guard_IsThereAgain_AfterEveryActionOnNftables()
    {
        var seen = ToolRun.Of("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc",
            "sh", Repository.PathTo("MailResponder.Tests", "Aws", "guard.sh"), Repository.PathTo("aws")).AssertDone();
        Assert.Equal(
            """
            start: guarded
            reload: guarded
            restart: guarded
            stop: open
            start: guarded

            """,
            seen);
    }
}
