using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Pulls the response book and the attachments for a message, if the settings have S3 and the cache is cold: on a host
/// that was just started, or whose files were deleted. Otherwise a message uses what `config pull` last downloaded.
/// </summary>
/// <param name="deadline">The deadline of the message, for waiting for S3.</param>
/// <param name="progress">Records that the message waits for S3.</param>
/// <param name="checkUse">Checks the use of a book that is pulled.</param>
internal sealed class ColdCache(
    ResponderSettings settings, Deadline deadline, Progress progress, UseCheck checkUse)
{
    /// <summary>
    /// Fills the cache if a file is missing. If many messages find the cache cold at once, one process pulls and the
    /// others wait for it.
    /// </summary>
    /// <param name="path">The file that is needed.</param>
    /// <exception cref="ResponderException">
    /// The pull has an error, or another process held the lock for too long.
    /// </exception>
    public void Fill(string path)
    {
        if (settings.S3 is not { } s3 || RegularFile.Exists(path))
            return;
        progress.Asked = new Asked(Cause.S3, $"s3://{s3.BookBucket}/{s3.BookKey}");
        try
        {
            using var turn = ConfigPull.Turn(settings.FilesRoot, deadline.ForOneCall);
            if (RegularFile.Exists(path))
                return;
            var pull = new ConfigPull(settings, TimeProvider.System, deadline, checkUse);
            if (pull.Run(checkOnly: false).Error is { } fault)
                throw new ResponderException(Cause.S3, "cannot fill the cache: " + fault);
        }
        finally
        {
            progress.Asked = null;
        }
    }
}
