using MailResponder.Files;
using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>
/// Writes each reply into a folder as a file that its owner alone may read; it appears whole or not at all.
/// </summary>
internal sealed class OutboxSender(string folder) : ISender
{
    public bool ReplacesDateAndMessageId => false;

    public SendResult Send(OutgoingReply reply)
    {
        // A repeated reply has the same name, and replaces the first.
        var name = reply.Name + ".eml";
        var path = Path.Join(folder, name);
        var unfinished = Path.Join(folder, "." + name + ".part");
        try
        {
            NewFolder.Make(folder);
            using (var stream = new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 1 << 16,
            }))
            {
                reply.WriteTo(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            return SendResult.Sent(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(unfinished);
            return SendResult.Temporary($"outbox {folder}: {FileTrouble.Describe(exception)}");
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }
}
