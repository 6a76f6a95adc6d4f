using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>
/// How long a file may become: as long as the settings say, and no longer than leaves a twentieth of its disk free. The
/// database, the queue and the logs often lie on the same one, and on a full disk no message is answered.
/// </summary>
internal sealed class FileRoom
{
    private const int ReservedPart = 20;
    private readonly long _maxBytes;
    private readonly string _limit;
    private readonly long _freeBytes;
    private readonly string _folder;

    /// <summary>Looks how much is free, and makes the file's folder.</summary>
    /// <param name="path">The file that is to be written.</param>
    /// <param name="maxBytes">As much may be in it.</param>
    /// <param name="isFixed">Whether that limit is that of the kind of file, and no setting.</param>
    /// <exception cref="IOException">The folder cannot be made, or its disk not be asked.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made.</exception>
    public FileRoom(string path, long maxBytes, bool isFixed = false)
    {
        _folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(_folder);
        var disk = Space.OfDisk(_folder);
        _limit = isFixed ? $"such a file has {maxBytes} at most; is it the right one?"
            : $"s3.max_file_bytes is {maxBytes}; upload a smaller file, or raise the setting";
        (_maxBytes, _freeBytes) = (maxBytes, Math.Max(0, disk.FreeBytes - (disk.TotalBytes / ReservedPart)));
    }

    /// <exception cref="ResponderException">So many bytes are too many.</exception>
    public void Check(long bytes)
    {
        var limit = bytes > _maxBytes ? _limit
            : bytes > _freeBytes ? $"the disk is full: {_freeBytes} are free beyond the {100 / ReservedPart} % that "
                + $"stay free for the database; make room on the disk of {_folder}, or upload a smaller file"
            : null;
        if (limit is not null)
            throw new ResponderException(Cause.Attachment, $"has {bytes} bytes or more, and {limit}");
    }
}
