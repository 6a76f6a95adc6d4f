using System.Buffers;

namespace MailResponder.Feedback;

/// <summary>
/// Finds the JSON texts in a file: a single text, one per line, several in a row, or a list of texts. It returns a
/// broken text too, and continues at the next line that looks like the start of a text.
/// </summary>
internal static class JsonTexts
{
    /// <summary>The parser's own nesting limit. A text nested deeper is broken.</summary>
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> BetweenTexts = SearchValues.Create(" \t\r\n,[]"u8);

    /// <summary>Returns the texts in file order; none for an empty file.</summary>
    /// <param name="file">The file in UTF-8, without a byte order mark.</param>
    /// <returns>Each text with its line, counted from 1. The problem is always null.</returns>
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

    /// <summary>Returns the offset just after the text that begins at <paramref name="start"/>.</summary>
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
                    // A string never continues on the next line. Nor does a text that is not an object or array.
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
    /// Skips the brackets and commas of a list, so that the complete items of a truncated list are found.
    /// </summary>
    private static int NextStart(ReadOnlySpan<byte> file, int from)
    {
        var next = file[from..].IndexOfAnyExcept(BetweenTexts);
        return next < 0 ? file.Length : from + next;
    }

    /// <summary>
    /// Returns the start of the next line that begins with an object, indented like the object at
    /// <paramref name="start"/> or not indented. Anything inside an object is indented further.
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
