using System.Text;
using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>
/// Writes replies to a stream instead of sending them, as one mbox (RFC 4155, with quoted From lines).
/// </summary>
internal sealed class MboxSender(Stream output, TimeProvider clock) : ISender
{
    public SendResult Send(OutgoingReply reply)
    {
        using var whole = new MemoryStream();
        reply.WriteTo(whole);
        var lines = Encoding.Latin1.GetString(whole.GetBuffer(), 0, (int)whole.Length).Split('\n')
            .Select(line => line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) ? ">" + line : line);
        output.Write(Encoding.Latin1.GetBytes(
            $"From {reply.Sender} {clock.GetUtcNow():ddd MMM dd HH:mm:ss yyyy}\n{string.Join('\n', lines)}\n"));
        output.Flush();
        return SendResult.Sent("dry-run");
    }
}
