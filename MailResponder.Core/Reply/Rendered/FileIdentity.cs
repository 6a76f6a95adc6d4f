using MailResponder.Native;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// Identifies a file and its state. Every write, rename or change of permissions gives another identity (statx(2)).
/// </summary>
/// <param name="Owner">The id of the user who owns the file.</param>
/// <param name="Modified">The time of the last write, in nanoseconds.</param>
/// <param name="Changed">The kernel's time of the last change (ctime), in nanoseconds; no program can set it.</param>
internal readonly record struct FileIdentity(
    long Device, long Inode, uint Owner, long Bytes, long Modified, long Changed)
{
    private const long Second = 1_000_000_000;

    /// <summary>
    /// Returns the identity of the file at a path. Follows symbolic links. Null if there is no such file or it cannot
    /// be reached.
    /// </summary>
    public static FileIdentity? Of(string path) => FileStatus.TryRead(path, out var found) ? Of(found) : null;

    /// <summary>Returns the identity of an open file.</summary>
    /// <exception cref="IOException">The kernel does not report it.</exception>
    public static FileIdentity Of(SafeFileHandle file) => Of(FileStatus.Of(file));

    /// <summary>Whether none of the files has changed since the identities were taken.</summary>
    public static bool AreStill(IEnumerable<FileIdentity> before, IEnumerable<FileStream> files) =>
        before.SequenceEqual(files.Select(file => Of(file.SafeFileHandle)));

    /// <summary>
    /// How long the file can still be changed and keep this identity, because the clock of the file system has not
    /// ticked yet. Nothing that is made from the file until then may be kept. That clock ticks each jiffy or, where its
    /// times have no fraction, each second or two. Zero after the tick.
    /// </summary>
    public TimeSpan Freshness
    {
        get
        {
            var fresh = (Changed % Second == 0 ? 3 * Second : Second / 10) - Age;
            return TimeSpan.FromTicks(Math.Max(0, fresh / TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>
    /// Whether a pull is replacing attachments, and then this response book: it has set the book's time to zero. Ends
    /// after a minute, because a pull may be killed.
    /// </summary>
    public bool IsBeingReplaced => Modified == 0 && Math.Abs(Age) < 60 * Second;

    /// <summary>
    /// A text that is the same only for the same state, and can be part of a file name. Later states sort after earlier
    /// ones.
    /// </summary>
    public string Name => $"{Changed:x16}-{Device:x}-{Inode:x}-{Owner:x}-{Bytes:x}-{Modified:x}";

    private long Age =>
        (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - Changed;

    private static FileIdentity Of(in FileStatus found) => new(
        ((long)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode, found.Owner, found.Bytes,
        found.ModifiedSeconds * Second + found.ModifiedNanoseconds,
        found.ChangedSeconds * Second + found.ChangedNanoseconds);
}
