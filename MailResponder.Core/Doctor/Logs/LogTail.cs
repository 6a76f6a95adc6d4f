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

    /// <summary>What the responder logged about messages, and the words of each line.</summary>
    public static IEnumerable<(LogLine Message, string Words)> Messages(string path) => Messages(Lines(path));

    /// <inheritdoc cref="Messages(string)"/>
    public static IEnumerable<(LogLine Message, string Words)> Messages(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (LogLine.TryParse(Encoding.UTF8.GetBytes(line), out var message))
                yield return (message, line[(line.IndexOf("]: ", StringComparison.Ordinal) + 3)..].OneLine());
        }
    }
}
