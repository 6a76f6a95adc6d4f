using MailResponder.Native;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// Which file it is, and which state of it: every write, rename or change of rights gives another (statx(2)).
/// </summary>
/// <param name="Owner">The user who owns it.</param>
/// <param name="Modified">Time of the last writing in nanoseconds.</param>
/// <param name="Changed">The kernel's time of the last change (ctime) in nanoseconds; no program can set it.</param>
internal readonly record struct FileIdentity(
    long Device, long Inode, uint Owner, long Bytes, long Modified, long Changed)
{
    private const long Second = 1_000_000_000;

    /// <summary>Null when there is no such file, or it cannot be reached. Links are followed.</summary>
    public static FileIdentity? Of(string path) => FileStatus.TryRead(path, out var found) ? Of(found) : null;

    /// <exception cref="IOException">The kernel does not say.</exception>
    public static FileIdentity Of(SafeFileHandle file) => Of(FileStatus.Of(file));

    /// <summary>Whether the files are as they were: nobody has changed one of them since.</summary>
    public static bool AreStill(IEnumerable<FileIdentity> before, IEnumerable<FileStream> files) =>
        before.SequenceEqual(files.Select(file => Of(file.SafeFileHandle)));

    /// <summary>
    /// How long the file can still be changed and look the same, because the clock of the file system has not ticked
    /// yet: what is made of it until then is not to be kept. That clock ticks each jiffy, or, where its times have no
    /// fraction, each second or two. Zero when it has ticked.
    /// </summary>
    public TimeSpan Freshness
    {
        get
        {
            var age = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - Changed;
            var fresh = (Changed % Second == 0 ? 3 * Second : Second / 10) - age;
            return TimeSpan.FromTicks(Math.Max(0, fresh / TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>
    /// The same for the same state alone, fit for a file's name. Later states sort behind earlier ones.
    /// </summary>
    public string Name => $"{Changed:x16}-{Device:x}-{Inode:x}-{Owner:x}-{Bytes:x}-{Modified:x}";

    private static FileIdentity Of(in FileStatus found) => new(
        ((long)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode, found.Owner, found.Bytes,
        found.ModifiedSeconds * Second + found.ModifiedNanoseconds,
        found.ChangedSeconds * Second + found.ChangedNanoseconds);
}
