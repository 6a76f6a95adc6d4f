using System.Text;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>
/// The end of a log, and what is added to it. When logrotate renames the file, the new one is read from its start.
/// </summary>
internal sealed class LogTail
{
    private readonly string _path;
    private long _offset;
    private string _unfinished = "";

    /// <param name="path">The log; need not exist.</param>
    /// <param name="maxBytes">How much of its present end is read; 0 for what comes from now on.</param>
    public LogTail(string path, int maxBytes = 1 << 20)
    {
        _path = path;
        _offset = File.Exists(path) ? Math.Max(0, new FileInfo(path).Length - maxBytes) : 0;
    }

    /// <summary>Whole lines since the last time; none while the file is missing or may not be read.</summary>
    public string[] NewLines()
    {
        try
        {
            using var file =
                new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length < _offset)
                (_offset, _unfinished) = (0, "");
            file.Position = _offset;
            using var reader = new StreamReader(file);
            var lines = (_unfinished + reader.ReadToEnd()).Split('\n');
            (_offset, _unfinished) = (file.Position, lines[^1]);
            return lines[..^1];
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return [];
        }
    }

    /// <summary>The events of messages that were logged since the last time.</summary>
    public IEnumerable<MessageEvent> NewEvents() =>
        NewLines().Select(line => MessageEvent.Read(Encoding.UTF8.GetBytes(line))).OfType<MessageEvent>();
}
