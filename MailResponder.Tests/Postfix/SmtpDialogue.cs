using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Postfix;

/// <summary>An SMTP session in a client's own words, for what swaks does not say.</summary>
internal sealed class SmtpDialogue : IDisposable
{
    readonly TcpClient client = new();
    readonly StreamReader reader;
    readonly StreamWriter writer;

    public SmtpDialogue(int port)
    {
        client.Connect(IPAddress.Loopback, port);
        reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        Hear();
    }

    /// <summary>Sends a line and fails unless the server agrees (2xx or 3xx).</summary>
    public void Say(string line)
    {
        writer.WriteLine(line);
        Hear();
    }

    public void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
        client.Dispose();
    }

    void Hear()
    {
        string? line;
        do line = reader.ReadLine();
        while (line is { Length: > 3 } && line[3] == '-');
        Assert.Matches("^[23]", line ?? "");
    }
}
