using System.Text;
using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>The end of a log file.</summary>
internal static class LogTail
{
    private const int MaxBytes = 1 << 20;

    /// <summary>The last lines, the oldest first; empty when the file is missing or may not be read.</summary>
    public static IReadOnlyList<string> Lines(string path)
    {
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(file.Length, MaxBytes), SeekOrigin.End);
            using var text = new StreamReader(file);
            return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The events of messages among the lines.</summary>
    public static IEnumerable<MessageEvent> Events(IEnumerable<string> lines) =>
        lines.Select(line => MessageEvent.Read(Encoding.UTF8.GetBytes(line))).OfType<MessageEvent>();
}
