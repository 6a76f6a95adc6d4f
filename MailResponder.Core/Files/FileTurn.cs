namespace MailResponder.Files;

/// <summary>
/// The right to do what one process may do at a time: a lock on a file, released by the kernel at the latest.
/// </summary>
internal sealed class FileTurn : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _lock;

    private FileTurn(FileStream held) => _lock = held;

    /// <summary>Null when another process kept it for too long.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made or opened.</exception>
    public static FileTurn? Wait(string path, TimeSpan maxWait)
    {
        var until = Environment.TickCount64 + (long)maxWait.TotalMilliseconds;
        while (true)
        {
            try
            {
                return new FileTurn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException exception) when (File.Exists(path) && !FileTrouble.IsAboutDisk(exception))
            {
                if (Environment.TickCount64 >= until)
                    return null;
                Thread.Sleep(Pause);
            }
        }
    }

    public void Dispose() => _lock.Dispose();
}
