using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Doctor;

/// <summary>The result of sending a probe to port 25, as a stranger's mail server would (RFC 5321).</summary>
/// <param name="Problem">What went wrong. Null if the server accepted the probe.</param>
/// <param name="At">The address of this host that the probe was sent to. Null if none accepted a connection.</param>
/// <param name="QueueId">The queue id that the server reported. Null if it reported none.</param>
internal sealed record ProbeDialogue(string? Problem, IPAddress? At = null, string? QueueId = null)
{
    /// <summary>
    /// The envelope sender. Its domain must exist, because smtpd(8) looks up the domain of any sender. The mailbox
    /// cannot exist, because Gmail allows no hyphens in names. With NOTIFY=NEVER Postfix sends it no bounce, whatever
    /// happens to the probe (RFC 3461).
    /// </summary>
    private const string Sender = "responder-probe@gmail.com";

    /// <summary>
    /// Sends the probe to an address of this host that is not a loopback address. Loopback addresses are in mynetworks,
    /// where few of the rules for strangers apply.
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
            // Aborts a blocking call at the deadline.
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
        // If the message reaches another autoresponder, Auto-Submitted keeps that from replying.
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

    /// <summary>Returns all lines of one answer. Empty if there is none.</summary>
    private static string Answer(StreamReader reader)
    {
        var lines = new List<string>();
        do
            lines.Add(reader.ReadLine() ?? "");
        while (lines[^1] is [_, _, _, '-', ..]);
        return string.Join('\n', lines);
    }
}
