namespace MailResponder.Files;

/// <summary>Tells logs that logrotate compressed from plain ones.</summary>
internal static class GzipFile
{
    /// <summary>
    /// Looks at the first two bytes (RFC 1952, section 2.3.1): a name can be anything. The position stays.
    /// </summary>
    public static bool IsOne(Stream file)
    {
        // A pipe cannot be looked into without losing what was read.
        if (!file.CanSeek)
            return false;
        Span<byte> magic = stackalloc byte[2];
        var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Seek(-length, SeekOrigin.Current);
        return length == 2 && magic is [0x1f, 0x8b];
    }
}
