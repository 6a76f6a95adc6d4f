using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>
/// The maximum size of a file to download. It is bounded by a limit in bytes and by the free space: a twentieth of the
/// disk must stay free. The database, the queue and the logs are often on the same disk, and if it is full, no message
/// is answered.
/// </summary>
/// <param name="folder">The folder of the file. It is created if it is missing.</param>
/// <param name="maxBytes">The limit in bytes.</param>
/// <param name="isFixed">Whether this limit is fixed for the kind of file. False: it is a setting.</param>
/// <exception cref="IOException">The folder cannot be created, or the free space cannot be read.</exception>
/// <exception cref="UnauthorizedAccessException">The caller may not create the folder.</exception>
internal sealed class FileRoom(string folder, long maxBytes, bool isFixed)
{
    private const int ReservedPart = 20;
    private readonly long _freeBytes = FreeIn(folder);

    /// <summary>Checks the size of the file, or the size it has reached so far.</summary>
    /// <exception cref="ResponderException">The file is too large.</exception>
    public void Check(long bytes)
    {
        var limit = bytes > maxBytes
            ? isFixed ? $"a file of this kind has at most {maxBytes}; is it the right one?"
                : $"s3.max_file_bytes is {maxBytes}; upload a smaller file, or raise the setting"
            : bytes > _freeBytes ? $"the disk is full: {_freeBytes} bytes are free, not counting the "
                + $"{100 / ReservedPart} % kept free for the database; make room on the disk of {folder}, or upload a "
                + "smaller file"
            : null;
        if (limit is not null)
            throw new ResponderException(Cause.Attachment, $"has {bytes} bytes or more, and {limit}");
    }

    private static long FreeIn(string folder)
    {
        Directory.CreateDirectory(folder);
        var disk = Space.OfDisk(folder);
        return Math.Max(0, disk.FreeBytes - (disk.TotalBytes / ReservedPart));
    }
}
