using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class WholeReply
{
    [Fact]
    public void EveryByte_IsAsExpected()
    {
        using var key = new TestKey();
        var message = SampleReply.WithEverything();
        var options = Written.Options(NewLineFormat.Unix);
        new FixedTimeSigner(key.Pkcs8Pem).Sign(options, message, FixedTimeSigner.Signed);
        var actual = Written.Text(message, options);
        var folder = Path.Combine(AppContext.BaseDirectory, "Mail");
        // Beside the expected one, to be compared or to replace it.
        File.WriteAllText(Path.Combine(folder, "whole-reply.actual"), actual, Encoding.ASCII);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "whole-reply.eml")), actual);
    }
}
