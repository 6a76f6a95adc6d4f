using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>How a probe was handed to port 25, as a stranger's mail server does it (RFC 5321).</summary>
/// <param name="Problem">What the server said instead of taking it; null when it was taken.</param>
/// <param name="At">Where it listens; null when nothing could be connected to.</param>
/// <param name="QueueId">As the server tells; null when it does not.</param>
internal sealed record ProbeDialogue(string? Problem, IPAddress? At, string? QueueId)
{
    private const int Port = 25;
    private const string QueuedAs = "queued as ";

    /// <summary>
    /// smtpd looks its domain up, as that of any sender. Nobody can have the name: Gmail's have no hyphens. With
    /// NOTIFY=NEVER nothing is ever returned there, whatever becomes of the probe (RFC 3461).
    /// </summary>
    private const string Sender = "responder-probe@gmail.com";

    /// <summary>
    /// To an address of the host itself, but for the loopback ones: these are in mynetworks, and few of the rules for
    /// strangers hold for them.
    /// </summary>
    public static async Task<ProbeDialogue> HandOver(
        string recipient, ProbeTag tag, DateTimeOffset now, CancellationToken deadline)
    {
        var addresses = OwnAddresses();
        if (addresses.Count == 0)
            return new ProbeDialogue("this host has no address but loopback", null, null);
        foreach (var address in addresses)
        {
            using var client = new TcpClient(address.AddressFamily);
            try
            {
                await client.ConnectAsync(address, Port, deadline).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                continue;
            }
            catch (OperationCanceledException)
            {
                return new ProbeDialogue("a connection could not be made in time", address, null);
            }

            return await Talk(client.GetStream(), address, recipient, tag, now, deadline).ConfigureAwait(false);
        }

        return new ProbeDialogue($"nothing answers at {string.Join(", ", addresses)}", null, null);
    }

    private static async Task<ProbeDialogue> Talk(
        NetworkStream stream, IPAddress at, string recipient, ProbeTag tag, DateTimeOffset now,
        CancellationToken deadline)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var step = "connection";
        try
        {
            foreach (var (name, text, expected) in Steps(recipient, tag, now))
            {
                step = name;
                if (text.Length > 0)
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), deadline).ConfigureAwait(false);
                var answer = await Answer(reader, deadline).ConfigureAwait(false);
                if (!answer.StartsWith(expected, StringComparison.Ordinal))
                {
                    var said = answer.Length == 0 ? "none" : answer.OneLine();
                    return new ProbeDialogue($"the answer to {step} is: {said}", at, null);
                }

                if (answer.IndexOf(QueuedAs, StringComparison.Ordinal) is >= 0 and var mark)
                    return new ProbeDialogue(null, at, answer[(mark + QueuedAs.Length)..].Trim());
            }

            return new ProbeDialogue(null, at, null);
        }
        catch (IOException)
        {
            return new ProbeDialogue($"the connection ended at {step}", at, null);
        }
        catch (OperationCanceledException)
        {
            return new ProbeDialogue($"{step} was not answered in time", at, null);
        }
    }

    private static IEnumerable<(string Name, string Text, string Expected)> Steps(
        string recipient, ProbeTag tag, DateTimeOffset now) =>
    [
        ("the connection", "", "220"),
        ("EHLO", "EHLO " + ProbeTag.SinkDomain, "250"),
        ("MAIL", $"MAIL FROM:<{Sender}>", "250"),
        ("RCPT", $"RCPT TO:<{recipient}> NOTIFY=NEVER", "250"),
        ("DATA", "DATA", "354"),
        // Auto-Submitted: whoever else it comes to answers nothing.
        ("the message", string.Create(CultureInfo.InvariantCulture, $"""
            From: <{tag.Sink}>
            To: <{recipient}>
            Subject: responder doctor
            Date: {now.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000
            Message-ID: <{Guid.NewGuid():N}.{tag.Sink}>
            Auto-Submitted: auto-generated

            A probe of responder doctor.
            .
            """).ReplaceLineEndings("\r\n"), "250"),
    ];

    /// <summary>All lines of one answer; empty when there is none.</summary>
    private static async Task<string> Answer(StreamReader reader, CancellationToken deadline)
    {
        var answer = new StringBuilder();
        while (await reader.ReadLineAsync(deadline).ConfigureAwait(false) is { } line)
        {
            answer.Append(line).Append('\n');
            if (line is not [_, _, _, '-', ..])
                break;
        }

        return answer.ToString();
    }

    private static List<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus != OperationalStatus.Down)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily)];
}
