using System.IO.Compression;
using System.Text;

namespace MailResponder.Reporting.PostfixLog;

/// <summary>The lines of a log, in memory that does not grow with their length.</summary>
/// <remarks>Bytes become the characters of the same number: the words looked for are ASCII, and no byte is an error.</remarks>
internal sealed class LogStream(Stream input)
{
    /// <summary>rsyslogd cuts lines at 8 kB unless told otherwise; what is longer keeps its first part.</summary>
    public const int MaxLineLength = 16 * 1024;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _line = new byte[MaxLineLength];
    private int _start;
    private int _end;

    /// <summary>The stream itself, or what is inside when it is compressed.</summary>
    public static Stream Unpacked(Stream file) =>
        GzipFile.IsOne(file) ? new GZipStream(file, CompressionMode.Decompress) : file;

    /// <summary>The next line without its end; null after the last one. What stands behind the last line end is no line.</summary>
    public string? Read()
    {
        var length = 0;
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = input.Read(_buffer);
                if (_end == 0)
                    return null;
            }

            var rest = _buffer.AsSpan(_start, _end - _start);
            var lineEnd = rest.IndexOf((byte)'\n');
            var part = lineEnd < 0 ? rest : rest[..lineEnd];
            var kept = Math.Min(part.Length, MaxLineLength - length);
            part[..kept].CopyTo(_line.AsSpan(length));
            length += kept;
            _start += lineEnd < 0 ? part.Length : lineEnd + 1;
            if (lineEnd >= 0)
                return Encoding.Latin1.GetString(_line, 0, length);
        }
    }
}
