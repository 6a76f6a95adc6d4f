using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The response book and the attachments that `config pull` last downloaded from S3. A message requests files from S3
/// only if the cache is cold: on a host that was just started, or whose files were deleted.
/// </summary>
internal sealed class PulledSource(
    ResponderSettings settings, Deadline deadline, Progress progress, UseCheck checkUse) : IFileSource
{
    private readonly FolderSource _folder = new(settings);

    public ResponseBook Book()
    {
        if (!RegularFile.Exists(settings.ResponseBook))
            Pull(() => RegularFile.Exists(settings.ResponseBook));
        return _folder.Book();
    }

    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File);
        if (!RegularFile.Exists(path))
            Pull(() => RegularFile.Exists(path));
        return _folder.Open(attachment);
    }

    public void Verify(ResponseAttachment attachment, Stream content) => _folder.Verify(attachment, content);

    /// <summary>
    /// Fills the cache. If many messages find the cache cold at once, one process pulls and the others wait for it.
    /// </summary>
    /// <param name="isThere">Whether another process has brought the needed file meanwhile.</param>
    /// <exception cref="ResponderException">
    /// The pull has an error, or another process held the lock for too long.
    /// </exception>
    private void Pull(Func<bool> isThere)
    {
        progress.Asked = new Asked(Cause.S3, $"s3://{settings.S3!.BookBucket}/{settings.S3.BookKey}");
        try
        {
            using var turn = ConfigPull.Turn(settings.FilesRoot, deadline.ForOneCall);
            if (isThere())
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
