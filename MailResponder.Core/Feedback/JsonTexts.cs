using System.Buffers;

namespace MailResponder.Feedback;

/// <summary>
/// Finds the JSON texts in a file that holds one, one a line, several one after the other, or a list of them. A broken
/// text is returned too; the next one begins on the next line that looks like a beginning.
/// </summary>
internal static class JsonTexts
{
    /// <summary>The parser's own limit: what is nested deeper is broken.</summary>
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> BetweenTexts = SearchValues.Create(" \t\r\n,[]"u8);

    /// <summary>The texts in file order; nothing in an empty file.</summary>
    /// <param name="file">UTF-8, without a byte order mark.</param>
    /// <returns>Each with its line, counted from 1, and never a problem in its place.</returns>
    public static IEnumerable<(int Line, byte[]? Json, string? Problem)> Of(byte[] file)
    {
        var (line, counted) = (1, 0);
        for (var start = NextStart(file, 0); start < file.Length;)
        {
            line += file.AsSpan(counted, start - counted).Count((byte)'\n');
            counted = start;
            var end = EndOf(file, start);
            yield return (line, file.AsSpan(start, end - start).TrimEnd(" \t\r\n"u8).ToArray(), null);
            start = NextStart(file, end);
        }
    }

    /// <summary>Behind the text that begins at <paramref name="start"/>.</summary>
    public static int EndOf(ReadOnlySpan<byte> file, int start)
    {
        var depth = 0;
        var inText = false;
        for (var i = start; i < file.Length; i++)
        {
            switch (file[i])
            {
                case (byte)'\\' when inText:
                    i++;
                    break;
                case (byte)'"':
                    inText = !inText;
                    break;
                case (byte)'\n' when inText || depth == 0:
                    // Neither a string nor a text that is no object or array continues on the next line.
                    return NextAlike(file, start);
                case (byte)'{' or (byte)'[' when !inText && ++depth > MaxDepth:
                    return NextAlike(file, start);
                case (byte)'}' or (byte)']' when !inText && --depth <= 0:
                    return i + 1;
            }
        }

        return NextAlike(file, start);
    }

    /// <summary>
    /// Skips the brackets and commas of a list, so that the whole items of a truncated list are found.
    /// </summary>
    private static int NextStart(ReadOnlySpan<byte> file, int from)
    {
        var next = file[from..].IndexOfAnyExcept(BetweenTexts);
        return next < 0 ? file.Length : from + next;
    }

    /// <summary>
    /// The next line that begins with an object and is indented as the one at <paramref name="start"/>, or not at all:
    /// what is inside of an object is indented further.
    /// </summary>
    private static int NextAlike(ReadOnlySpan<byte> file, int start)
    {
        var lineStart = file[..start].LastIndexOf((byte)'\n') + 1;
        var indentation = file[lineStart..start];
        if (indentation.ContainsAnyExcept(" \t"u8))
            indentation = [];
        for (var end = start; file[end..].IndexOf((byte)'\n') is var length and >= 0;)
        {
            end += length + 1;
            var line = file[end..];
            if (line.StartsWith("{"u8) || (
                line.StartsWith(indentation) && line[indentation.Length..].StartsWith("{"u8)))
                return end;
        }

        return file.Length;
    }
}
