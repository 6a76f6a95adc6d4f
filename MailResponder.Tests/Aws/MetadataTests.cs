using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Loads aws/metadata.nft in a network namespace of its own, in which the instance metadata service and the clock
/// answer every user.
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
}
