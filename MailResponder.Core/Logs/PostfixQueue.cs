using System.ComponentModel;
using System.Diagnostics;

namespace MailResponder.Logs;

/// <summary>The messages that wait in Postfix's queue.</summary>
internal static class PostfixQueue
{
    private const string Postconf = "/usr/sbin/postconf";

    /// <summary>qmgr(8) and pickup(8). Messages in "corrupt" wait for nobody.</summary>
    private static readonly string[] Folders = ["maildrop", "incoming", "active", "deferred", "hold"];

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many there are; null where there is no Postfix, or when the user may not look into its folders (root may).
    /// The files are counted, not read as postqueue(1) does, for which a long queue is no time.
    /// </summary>
    public static long? Count()
    {
        try
        {
            return QueueDirectory() is { Length: > 0 } queue
                ? Folders.Sum(folder => Files(Path.Join(queue, folder)))
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return null;
        }
    }

    private static long Files(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).LongCount();
        }
        catch (DirectoryNotFoundException)
        {
            // A folder of the hash levels can go while it is looked at; so can the whole queue of a new Postfix be
            // missing.
            return 0;
        }
    }

    private static string? QueueDirectory()
    {
        if (!File.Exists(Postconf))
            return null;
        using var process = Process.Start(new ProcessStartInfo(Postconf, ["-h", "queue_directory"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(MaxWait))
            process.Kill();
        return process.HasExited && process.ExitCode == 0 && output.Wait(MaxWait) ? output.Result.Trim() : null;
    }
}
