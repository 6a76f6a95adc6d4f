using MailResponder.Settings;

namespace MailResponder.Responses;

/// <summary>The right to change the cache: one process at a time. The kernel releases it when the process ends.</summary>
internal sealed class PullTurn : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _lock;

    private PullTurn(FileStream held) => _lock = held;

    /// <exception cref="ResponderException">Another process kept it for too long, or the cache cannot be written.</exception>
    public static PullTurn Wait(string filesRoot, TimeSpan maxWait)
    {
        var path = Path.Join(filesRoot, ".pull.lock");
        var until = Environment.TickCount64 + (long)maxWait.TotalMilliseconds;
        while (true)
        {
            try
            {
                Directory.CreateDirectory(filesRoot);
                return new PullTurn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException exception) when (File.Exists(path) && !FileTrouble.IsAboutDisk(exception))
            {
                if (Environment.TickCount64 >= until)
                    throw new ResponderException(Cause.InProgress, $"another pull holds {path} for too long", exception);
                Thread.Sleep(Pause);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ResponderException(Cause.S3, $"cache {filesRoot}: {FileTrouble.Describe(exception)}", exception);
            }
        }
    }

    public void Dispose() => _lock.Dispose();
}
