using System.Text;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Reply;
using MailResponder.Tests.Reply;
using MimeKit;

namespace MailResponder.Tests.Delivery;

public sealed class MboxSending
{
    [Fact]
    public void Replies_FollowOneAnotherAsAnMbox()
    {
        using var output = new MemoryStream();
        var sender = new MboxSender(output, new FixedClock());
        var entry = TestBook.Entry() with { Bodies = [new ResponseBody("plain", "a\n\nb")] };
        using var reply = TestReply.Compose(TestSettings.In("/nowhere"), TestReply.Request(), entry);

        Assert.Equal(SendResult.Sent("dry-run"), sender.Send(reply));
        sender.Send(reply);

        var one = "From bounces@example.com Mon Mar 02 08:15:00 2026\n"
            + TestReply.Text(TestSettings.In("/nowhere"), TestReply.Request(), entry) + "\n";
        Assert.Equal(one + one, Encoding.ASCII.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData("From here\n")]
    [InlineData(">From here\n")]
    public void LineThatBeginsAMail_IsQuoted(string line)
    {
        using var output = new MemoryStream();
        // Our composer encodes this text anyway; another composer may not.
        var body = new ReplyBody(new BodyFrame(
            "Content-Type: text/plain\n"u8.ToArray(), [Encoding.ASCII.GetBytes(line)]), []);
        using var reply = new OutgoingReply(
            new MimeMessage(new HeaderList()), body, "bounces@example.com", "joe@example.net", "name");

        new MboxSender(output, new FixedClock()).Send(reply);

        Assert.Contains("\n\n>" + line, Encoding.ASCII.GetString(output.ToArray()), StringComparison.Ordinal);
    }
}
