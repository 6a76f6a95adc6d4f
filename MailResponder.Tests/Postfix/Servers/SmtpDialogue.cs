using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Postfix;

/// <summary>An SMTP session with commands given literally, for those that swaks does not send.</summary>
internal sealed class SmtpDialogue : IDisposable
{
    // Longer than the tarpit's delay.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new();
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    /// <param name="port">The port of the server, on this host.</param>
    /// <param name="clientAddress">
    /// The IPv4 address that the server should see as the client's; only for a port that speaks the PROXY protocol.
    /// </param>
    /// <param name="tooEarly">A line to send before the greeting arrives.</param>
    public SmtpDialogue(int port, string? clientAddress = null, string? tooEarly = null)
    {
        _client.Connect(IPAddress.Loopback, port);
        _client.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        _reader = new StreamReader(_client.GetStream(), Encoding.ASCII);
        // Commands are octets: one character is one octet.
        _writer = new StreamWriter(_client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        if (clientAddress is not null) _writer.WriteLine($"PROXY TCP4 {clientAddress} 127.0.0.1 40000 25");
        if (tooEarly is not null) _writer.WriteLine(tooEarly);
        Greeting = Hear();
        // postscreen sends the first line of its greeting early, and the rest when its tests are done.
        Assert.StartsWith("220", Greeting, StringComparison.Ordinal);
    }

    public string Greeting { get; }

    /// <summary>
    /// Sends a line, each character as one byte, and fails unless the server accepts it (2xx or 3xx).
    /// </summary>
    public void Say(string line) => Assert.Matches("^[23]", Ask(line));

    /// <returns>
    /// The server's whole answer to the line, with line feeds between its lines; empty if it closed the connection.
    /// </returns>
    public string Ask(string line)
    {
        _writer.WriteLine(line);
        return Hear();
    }

    /// <summary>
    /// Sends a message in UTF-8, and fails unless the server accepts it. A line that begins with a dot gets another dot
    /// (RFC 5321, section 4.5.2), and the last line gets a line end.
    /// </summary>
    public void Data(string mail)
    {
        Say("DATA");
        var octets = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(mail));
        var stuffed = ("\r\n" + octets).Replace("\r\n.", "\r\n..", StringComparison.Ordinal)[2..];
        Say($"{stuffed}{(mail.EndsWith("\r\n", StringComparison.Ordinal) ? "" : "\r\n")}.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _client.Dispose();
    }

    private string Hear()
    {
        var answer = new StringBuilder();
        while (_reader.ReadLine() is { } line)
        {
            answer.Append(line).Append('\n');
            if (line.Length < 4 || line[3] != '-') break;
        }
        return answer.ToString();
    }
}
