namespace MailResponder.Files;

/// <summary>
/// The right to do something that only one process may do at a time: a lock on one byte of a file (fcntl(2)). The
/// kernel releases it when the process ends, however it ends.
/// </summary>
internal sealed class FileTurn : IDisposable
{
    // fcntl(2) may return either error, depending on the file system.
    private const int Held = 11, HeldToo = 13;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _lock;

    private FileTurn(FileStream held) => _lock = held;

    /// <summary>Takes the lock. Null if another process holds it.</summary>
    /// <param name="path">The file. It is created if it is missing.</param>
    /// <param name="offset">The offset of the byte. Locks on different bytes are independent.</param>
    /// <exception cref="IOException">The file cannot be created, opened or locked.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not create, open or lock the file.</exception>
    public static FileTurn? TryTake(string path, long offset = 0)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = RegularFile.OwnerOnly,
        });
        try
        {
            file.Lock(offset, 1);
            return new FileTurn(file);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            file.Dispose();
            // .NET wraps EACCES, because it interprets it as a missing permission.
            if ((exception.InnerException ?? exception).HResult is Held or HeldToo)
                return null;
            throw;
        }
    }

    /// <summary>Waits for the lock. Null if another process held it all the time.</summary>
    /// <inheritdoc cref="TryTake"/>
    public static FileTurn? Wait(string path, TimeSpan maxWait)
    {
        for (var until = Environment.TickCount64 + (long)maxWait.TotalMilliseconds; ; Thread.Sleep(Pause))
        {
            if (TryTake(path) is { } turn)
                return turn;
            if (Environment.TickCount64 >= until)
                return null;
        }
    }

    public void Dispose() => _lock.Dispose();
}
