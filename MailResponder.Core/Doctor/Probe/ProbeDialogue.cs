using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Doctor;

/// <summary>How a probe was handed to port 25, as a stranger's mail server does it (RFC 5321).</summary>
/// <param name="Problem">What the server said instead of taking it; null when it was taken.</param>
/// <param name="At">Where it listens; null when nothing could be connected to.</param>
/// <param name="QueueId">As the server tells; null when it does not.</param>
internal sealed record ProbeDialogue(string? Problem, IPAddress? At = null, string? QueueId = null)
{
    /// <summary>
    /// smtpd looks its domain up, as that of any sender. No such mailbox can exist: Gmail's names have no hyphens. With
    /// NOTIFY=NEVER Postfix returns nothing there, whatever becomes of the probe (RFC 3461).
    /// </summary>
    private const string Sender = "responder-probe@gmail.com";

    /// <summary>
    /// Connects to an address of the host that is not a loopback one. Those are in mynetworks, where few of the rules
    /// for strangers apply.
    /// </summary>
    public static ProbeDialogue HandOver(
        string recipient, ProbeTag tag, DateTimeOffset now, CancellationToken deadline)
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus != OperationalStatus.Down)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily).ToList();
        if (addresses.Count == 0)
            return new ProbeDialogue("this host has no address but loopback");
        foreach (var address in addresses)
        {
            using var client = new TcpClient(address.AddressFamily);
            // Ends a blocking call when the time is over.
            using var cut = deadline.Register(client.Dispose);
            var (step, answer) = ("the connection", "");
            try
            {
                client.Connect(address, 25);
                using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                foreach (var (name, text, expected) in Steps(recipient, tag, now))
                {
                    step = name;
                    stream.Write(Encoding.ASCII.GetBytes(text));
                    answer = Answer(reader);
                    if (!answer.StartsWith(expected, StringComparison.Ordinal))
                        return new ProbeDialogue(
                            $"the answer to {step} is: {(answer.Length == 0 ? "none" : answer.OneLine())}", address);
                }

                return new ProbeDialogue(
                    null, address, answer.Split("queued as ") is [_, var id, ..] ? id.Trim() : null);
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
                if (deadline.IsCancellationRequested)
                    return new ProbeDialogue($"{step} was not answered in time", address);
                if (exception is not SocketException)
                    return new ProbeDialogue($"the connection ended at {step}", address);
            }
        }

        return new ProbeDialogue($"nothing answers at {string.Join(", ", addresses)}");
    }

    private static IEnumerable<(string Name, string Text, string Expected)> Steps(
        string recipient, ProbeTag tag, DateTimeOffset now) =>
    [
        ("the connection", "", "220"),
        ("EHLO", $"EHLO {ProbeTag.SinkDomain}\r\n", "250"),
        ("MAIL", $"MAIL FROM:<{Sender}>\r\n", "250"),
        ("RCPT", $"RCPT TO:<{recipient}> NOTIFY=NEVER\r\n", "250"),
        ("DATA", "DATA\r\n", "354"),
        // Auto-Submitted keeps any other recipient from answering.
        ("the message", $"""
            From: <{tag.Sink}>
            To: <{recipient}>
            Subject: responder doctor
            Date: {now.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000
            Message-ID: <{Guid.NewGuid():N}.{tag.Sink}>
            Auto-Submitted: auto-generated

            A probe of responder doctor.
            .

            """.ReplaceLineEndings("\r\n"), "250"),
    ];

    /// <summary>All lines of one answer; empty when there is none.</summary>
    private static string Answer(StreamReader reader)
    {
        var lines = new List<string>();
        do
            lines.Add(reader.ReadLine() ?? "");
        while (lines[^1] is [_, _, _, '-', ..]);
        return string.Join('\n', lines);
    }
}
