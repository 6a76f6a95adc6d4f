using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Postfix;

public class SmtpDialogueTests
{
    [Theory]
    [InlineData("Subject: x\r\n\r\nhello\r\n", "Subject: x\r\n\r\nhello\r\n.\r\n")]
    [InlineData("Subject: x\r\n\r\nhello", "Subject: x\r\n\r\nhello\r\n.\r\n")]
    [InlineData("Subject: x\r\n\r\n.\r\n..\r\n.htaccess. \r\n", "Subject: x\r\n\r\n..\r\n...\r\n..htaccess. \r\n.\r\n")]
    [InlineData(".Subject: سلام\r\n", "..Subject: سلام\r\n.\r\n")]
    public async Task Message_IsSentAsSmtpWantsIt(string mail, string onWire)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var heard = Hear(server);
        using (var smtp = new SmtpDialogue(((IPEndPoint)server.LocalEndpoint).Port))
        {
            smtp.Data(mail);
            smtp.Say("QUIT");
        }

        Assert.Equal("DATA\r\n" + onWire + "QUIT\r\n", await heard);
    }

    private static async Task<string> Hear(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var heard = new StringBuilder();
        await stream.WriteAsync("220 ready\r\n"u8.ToArray());
        await Answer("DATA\r\n", "354 go on\r\n");
        await Answer("\r\n.\r\n", "250-taken\r\n250 in two lines\r\n");
        await Answer("QUIT\r\n", "221 bye\r\n");
        return heard.ToString();

        async Task Answer(string end, string answer)
        {
            var buffer = new byte[4096];
            while (!heard.ToString().EndsWith(end, StringComparison.Ordinal))
                heard.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }
}
