using System.Text;
using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>Shows replies instead of sending them: one mbox (RFC 4155, with quoted From lines) in a stream.</summary>
internal sealed class MboxSender(Stream output, TimeProvider clock) : ISender
{
    public SendResult Send(OutgoingReply reply)
    {
        using var whole = new MemoryStream();
        reply.WriteTo(whole);
        output.Write(Encoding.ASCII.GetBytes($"From {reply.Sender} {clock.GetUtcNow():ddd MMM dd HH:mm:ss yyyy}\n"));
        var rest = (ReadOnlySpan<byte>)whole.GetBuffer().AsSpan(0, (int)whole.Length);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..(end + 1)];
            if (line.TrimStart((byte)'>').StartsWith("From "u8))
                output.Write(">"u8);
            output.Write(line);
            rest = rest[line.Length..];
        }

        output.Write("\n"u8);
        output.Flush();
        return SendResult.Sent("dry-run");
    }
}
