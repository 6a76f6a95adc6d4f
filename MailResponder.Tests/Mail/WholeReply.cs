using System.Text;

namespace MailResponder.Tests.Mail;

public sealed class WholeReply
{
    [Fact]
    public void EveryByte_IsAsExpected()
    {
        using var key = new TestKey();
        var actual = Encoding.ASCII.GetString(
            SignedMail.Bytes(SignedMail.Of(SampleReply.WithEverything(), key.Pkcs8Pem)));
        var folder = Path.Combine(AppContext.BaseDirectory, "Mail");
        // Written next to the expected file, to compare it or to replace it.
        File.WriteAllText(Path.Combine(folder, "whole-reply.actual"), actual, Encoding.ASCII);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "whole-reply.eml")), actual);
    }
}
