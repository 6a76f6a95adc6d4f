namespace MailResponder.Logs;

/// <summary>How far the log has been read.</summary>
/// <param name="Offset">Bytes of the file that are read; always the end of a line.</param>
/// <param name="Head">
/// Hash of the file's first bytes, by which it is known again wherever rotation has put it; empty when nothing of it is
/// read. A name or an inode number may belong to another file by then.
/// </param>
/// <param name="Until">No line that was counted is younger. Rules where the file is not found any more.</param>
internal sealed record LogPosition(long Offset, string Head, DateTimeOffset Until)
{
    /// <summary>Before all that is there.</summary>
    public static readonly LogPosition Start = new(0, "", DateTimeOffset.MinValue);
}
