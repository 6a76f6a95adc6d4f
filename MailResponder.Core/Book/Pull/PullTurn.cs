using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>The right to change the cache: one process at a time.</summary>
internal static class PullTurn
{
    /// <exception cref="ResponderException">
    /// Another process kept it for too long, or the cache cannot be written.
    /// </exception>
    public static FileTurn Wait(string filesRoot, TimeSpan maxWait)
    {
        var path = Path.Join(filesRoot, ".pull.lock");
        return FileTrouble.InWords(Cause.S3, $"cache {filesRoot}", () =>
        {
            NewFolder.Make(filesRoot, NewFolder.OpenToAll);
            return FileTurn.Wait(path, maxWait)
                ?? throw new ResponderException(
                    Cause.InProgress, $"another pull holds {path} for too long; does S3 answer?");
        });
    }
}
