using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Reply;

/// <summary>Copying by the kernel, which shares the blocks where the file system can.</summary>
internal static partial class FileCopy
{
    /// <summary>Puts a whole file behind what was written to another.</summary>
    /// <returns>The bytes copied: not all where the kernel cannot, as between some file systems, or the disk is full.</returns>
    public static long Append(FileStream source, FileStream target)
    {
        target.Flush();
        long from = 0, to = target.Position;
        var rest = source.Length;
        while (rest > 0)
        {
            var copied = copy_file_range(source.SafeFileHandle, ref from, target.SafeFileHandle, ref to, (nuint)rest, 0);
            if (copied <= 0)
                break;
            rest -= copied;
        }

        target.Position = to;
        return from;
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial nint copy_file_range(SafeFileHandle source, ref long from, SafeFileHandle target, ref long to, nuint bytes, uint flags);
}
