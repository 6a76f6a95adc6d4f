using System.Text;
using System.Text.Unicode;

namespace MailResponder.Book;

/// <summary>
/// The hashes of attachments as sha256sum(1) writes them: a line each of 64 hexadecimal digits, a space, a space or an
/// asterisk, and the name, bucket/file.
/// </summary>
internal sealed class Sha256Sums
{
    /// <summary>Some ten thousand attachments.</summary>
    public const int MaxBytes = 1 << 20;

    private const int HashLength = 64;
    private readonly Dictionary<string, string> _hashes = [];

    private Sha256Sums()
    {
    }

    /// <summary>Reads the file.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="problem">Null when there are hashes, else what is wrong and what to do.</param>
    public static Sha256Sums? Parse(byte[] text, out string? problem)
    {
        var sums = new Sha256Sums();
        if (!Utf8.IsValid(text))
        {
            problem = "is not UTF-8 text: name the files in UTF-8, make it again with sha256sum, and sign it";
            return null;
        }

        var lines = Encoding.UTF8.GetString(text).Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            if (sums.Add(lines[i]) is { } wrong)
            {
                problem = $"line {i + 1} {wrong}; then sign it again";
                return null;
            }
        }

        problem = lines[^1].Length == 0 ? null : "ends within a line; make it again with sha256sum, and sign it";
        return problem is null ? sums : null;
    }

    /// <summary>The hash of a file in lower-case hexadecimal digits; null when it is not listed.</summary>
    public string? Of(string name) => _hashes.GetValueOrDefault(name);

    private string? Add(string line)
    {
        // With a backslash sha256sum begins the line of a name that has one itself, or a line end.
        if (line.Length < HashLength + 3 || line[HashLength] != ' ' || line[HashLength + 1] is not (' ' or '*')
            || !line.Take(HashLength).All(char.IsAsciiHexDigitLower) || line.Any(LineText.Breaks))
        {
            return "is not as sha256sum writes it: make the file with sha256sum BUCKET/FILE…";
        }

        var name = line[(HashLength + 2)..];
        if (!FilesFolder.IsPlainPath(name))
            return $"names \"{name}\", which is not BUCKET/FILE: run sha256sum in the folder that holds the buckets";
        return _hashes.TryAdd(name, line[..HashLength]) ? null : $"names \"{name}\" a second time: take one out";
    }
}
