namespace MailResponder.Doctor;

/// <summary>
/// The lines that come into a log from now on. When logrotate renames it, the new file is read from its start.
/// </summary>
internal sealed class GrowingLog
{
    private readonly string _path;
    private long _offset;
    private string _unfinished = "";

    public GrowingLog(string path)
    {
        _path = path;
        _offset = File.Exists(path) ? new FileInfo(path).Length : 0;
    }

    /// <summary>Whole lines since the last time; none while the file is missing.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string[] NewLines()
    {
        if (!File.Exists(_path))
            return [];
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < _offset)
            (_offset, _unfinished) = (0, "");
        file.Position = _offset;
        using var reader = new StreamReader(file);
        var lines = (_unfinished + reader.ReadToEnd()).Split('\n');
        _offset = file.Position;
        _unfinished = lines[^1];
        return lines[..^1];
    }
}
