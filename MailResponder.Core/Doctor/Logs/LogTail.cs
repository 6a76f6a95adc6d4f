using System.Text;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>
/// Reads the end of a log, and then what is added to it. After logrotate renames the file, reads the new one from its
/// start if it is shorter.
/// </summary>
/// <param name="path">The path of the log. It need not exist.</param>
/// <param name="maxBytes">How much of the present end to read. 0 reads only what is added from now on.</param>
internal sealed class LogTail(string path, int maxBytes = 1 << 20)
{
    private long _offset = File.Exists(path) ? Math.Max(0, new FileInfo(path).Length - maxBytes) : 0;

    /// <summary>
    /// Returns the whole lines since the last call. Empty while the file is missing or may not be read.
    /// </summary>
    public List<string> NewLines() => Read(line => Encoding.UTF8.GetString(line));

    /// <summary>Returns the events of messages that were logged since the last call.</summary>
    public List<MessageEvent> NewEvents() => Read(MessageEvent.Read);

    private List<T> Read<T>(Func<ReadOnlySpan<byte>, T?> read) where T : class
    {
        var found = new List<T>();
        FileTrouble.Try(() =>
        {
            using var file =
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length < _offset)
                _offset = 0;
            file.Position = _offset;
            // A line that is still being written is left for the next call.
            _offset += LogLines.Read(file, line =>
            {
                if (read(line) is { } one)
                    found.Add(one);
            }, isComplete: false);
        });
        return found;
    }
}
