using MailResponder.Files;
using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>
/// Writes each reply into a folder, as a file that only its owner may read. The file appears whole or not at all.
/// </summary>
internal sealed class OutboxSender(string folder) : ISender
{
    public SendResult Send(OutgoingReply reply)
    {
        // A repeated reply has the same name and replaces the first.
        var name = reply.Name + ".eml";
        var path = Path.Join(folder, name);
        try
        {
            NewFolder.Make(folder);
            AtomicFile.Write(path, RegularFile.OwnerOnly, reply.WriteTo, Path.Join(folder, "." + name + ".part"));
            return SendResult.Sent(path);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return SendResult.Temporary($"outbox {folder}: {FileTrouble.Describe(exception)}");
        }
    }
}
