using System.Text;
using System.Text.Unicode;

namespace MailResponder.Book;

/// <summary>
/// The hashes of attachments in the format of sha256sum(1). Each line has 64 hexadecimal digits, a space, a second
/// space or an asterisk, and the name (bucket/file).
/// </summary>
internal sealed class Sha256Sums
{
    /// <summary>The maximum size of the file: room for about ten thousand attachments.</summary>
    public const int MaxBytes = 1 << 20;

    private const int HashLength = 64;
    private readonly Dictionary<string, string> _hashes = [];

    private Sha256Sums()
    {
    }

    /// <summary>Parses the file. Null if there is a problem.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="problem">What is wrong and what to do, for the operator. Null if the file is valid.</param>
    public static Sha256Sums? Parse(byte[] text, out string? problem)
    {
        var sums = new Sha256Sums();
        problem = Utf8.IsValid(text) ? null
            : "is not UTF-8 text: name the files in UTF-8, create it again with sha256sum, and sign it";
        var lines = Encoding.UTF8.GetString(text).Split('\n');
        for (var i = 0; problem is null && i < lines.Length - 1; i++)
            problem = sums.Add(lines[i]) is { } wrong ? $"line {i + 1} {wrong}; then sign it again" : null;
        problem ??= lines[^1].Length == 0 ? null
            : "ends in the middle of a line; create it again with sha256sum, and sign it";
        return problem is null ? sums : null;
    }

    /// <summary>Returns the hash of a file in lower-case hexadecimal digits. Null if it is not listed.</summary>
    public string? Of(string name) => _hashes.GetValueOrDefault(name);

    /// <summary>Parses and adds one line. Returns what is wrong with the line; null if it is valid.</summary>
    private string? Add(string line)
    {
        // For a name with a backslash or a line break, sha256sum begins the line with a backslash. That is refused too.
        if (line.Length < HashLength + 3 || line[HashLength] != ' ' || line[HashLength + 1] is not (' ' or '*')
            || !line.Take(HashLength).All(char.IsAsciiHexDigitLower) || line.Any(LineText.Breaks))
        {
            return "is not in the format of sha256sum: create the file with sha256sum BUCKET/FILE…";
        }

        var name = line[(HashLength + 2)..];
        if (!FolderSource.IsPlainPath(name))
            return $"names \"{name}\", which is not BUCKET/FILE: run sha256sum in the folder that holds the buckets";
        return _hashes.TryAdd(name, line[..HashLength]) ? null : $"names \"{name}\" a second time: remove one";
    }
}
