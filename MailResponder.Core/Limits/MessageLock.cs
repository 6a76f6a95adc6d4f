using System.Buffers.Binary;

namespace MailResponder.Limits;

/// <summary>
/// A lock on one message among the processes of a host: one byte of a lock file, locked with fcntl(2) at the offset
/// that the message key gives. The kernel releases it when the process ends, however it ends.
/// </summary>
internal sealed class MessageLock : IDisposable
{
    private readonly FileStream _file;

    private MessageLock(FileStream file) => _file = file;

    /// <summary>Null when another process holds it.</summary>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    public static MessageLock? TryEnter(string path, byte[] messageKey)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var offset = BinaryPrimitives.ReadInt64BigEndian(messageKey) & (long.MaxValue >> 1);
        try
        {
            file.Lock(offset, 1);
            return new MessageLock(file);
        }
        catch (IOException)
        {
            file.Dispose();
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
