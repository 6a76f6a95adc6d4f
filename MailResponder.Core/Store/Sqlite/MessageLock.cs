using System.Buffers.Binary;

namespace MailResponder.Store.Sqlite;

/// <summary>
/// A lock on one message among the processes of a host: one byte of a lock file, locked with fcntl(2) at the offset
/// that the message key gives. The kernel releases it when the process ends, however it ends.
/// </summary>
/// <remarks>
/// A message is not answered without it: two processes that have the same one would both find its replies unsent. Where
/// the file system gives no locks SQLite has none either, so that going on without would gain nothing.
/// </remarks>
internal sealed class MessageLock : IDisposable
{
    // fcntl(2) may return either, depending on the file system.
    private const int Held = 11, HeldToo = 13;
    private readonly FileStream _file;

    private MessageLock(FileStream file) => _file = file;

    /// <summary>Null when another process holds it.</summary>
    /// <exception cref="IOException">The lock file cannot be opened or locked.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock file cannot be opened or locked.</exception>
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            if (ErrorNumber(exception) is Held or HeldToo)
                return null;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>.NET wraps what it takes for a matter of rights.</summary>
    private static int ErrorNumber(Exception exception) => (exception.InnerException ?? exception).HResult;
}
