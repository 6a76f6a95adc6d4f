using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MailResponder.Files;

namespace MailResponder.Settings;

/// <summary>
/// A JSON value with its line, so that a fault can name the line to the operator. The syntax is RFC 8259, with comments
/// and trailing commas.
/// </summary>
internal sealed class LocatedJson(JsonValueKind kind, int line, string text = "")
{
    /// <summary>More levels than any file of the responder has. Each takes a part of the stack.</summary>
    private const int MaxDepth = 64;

    public JsonValueKind Kind => kind;

    /// <summary>The line on which the value begins, counted from 1.</summary>
    public int Line => line;

    /// <summary>The text of a string, or the digits of a number. Otherwise empty.</summary>
    public string Text => text;

    /// <summary>The elements of an array. Empty for anything else.</summary>
    public IReadOnlyList<LocatedJson> Items { get; private init; } = [];

    /// <summary>The members of an object in file order, including repeated names. Empty for anything else.</summary>
    public IReadOnlyList<(string Name, int Line, LocatedJson Value)> Members { get; private init; } = [];

    /// <summary>
    /// The value of a member. If the name is repeated, the last one. Null if there is no such member.
    /// </summary>
    public LocatedJson? this[string name] => Members.LastOrDefault(member => member.Name == name).Value;

    /// <summary>The kind in the words of a fault: "a string", "an array" ….</summary>
    public string KindInWords => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    /// <summary>Reads a file that the operator wrote. Null, with one fault, if it cannot be read.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="faults">The list that receives the fault.</param>
    /// <param name="whenMissing">The remedy for a missing file, to put into the fault. Empty adds none.</param>
    public static byte[]? ReadFile(string file, List<Fault> faults, string whenMissing = "")
    {
        try
        {
            return RegularFile.ReadAllBytes(file);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            var remedy = exception is FileNotFoundException or DirectoryNotFoundException && whenMissing.Length > 0
                ? "; " + whenMissing : "";
            faults.Add(new Fault(file, 0, "", FileTrouble.Describe(exception) + remedy));
            return null;
        }
    }

    /// <summary>Parses the text of a file and converts it. Adds the faults in the order of their lines.</summary>
    /// <param name="utf8">The content of the file.</param>
    /// <param name="file">The path of the file.</param>
    /// <param name="faults">The list that receives the faults.</param>
    /// <param name="read">Converts the JSON, and adds the faults that it finds.</param>
    /// <returns>The result of <paramref name="read"/>. Null also if the text is not JSON.</returns>
    public static T? Read<T>(
        byte[] utf8, string file, List<Fault> faults, Func<LocatedJson, FileFaults, T?> read) where T : class
    {
        if (Parse(utf8, file, faults) is not { } json)
            return null;
        var found = new FileFaults(file);
        var value = read(json, found);
        faults.AddRange(found.All.OrderBy(fault => fault.Line));
        return value;
    }

    /// <summary>Parses a whole file. Null if the JSON is broken, with one fault that says where.</summary>
    /// <param name="utf8">The content of the file.</param>
    /// <param name="file">The path of the file.</param>
    /// <param name="faults">The list that receives the fault.</param>
    public static LocatedJson? Parse(byte[] utf8, string file, List<Fault> faults)
    {
        ReadOnlySpan<byte> text = utf8;
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        if (!Utf8.IsValid(text))
        {
            faults.Add(new Fault(file, FirstLineThatIsNotUtf8(text), "", "is not UTF-8 text; save the file as UTF-8"));
            return null;
        }

        if (text.Trim(" \t\r\n"u8).IsEmpty)
        {
            faults.Add(new Fault(file, 0, "", "is empty"));
            return null;
        }

        var options = new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = MaxDepth,
        };
        var reader = new Utf8JsonReader(text, options);
        var lines = new LineCounter(text);
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, ref lines);
            reader.Read();
            return value;
        }
        catch (JsonException exception)
        {
            var reason = exception.Message;
            var end = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            faults.Add(new Fault(file, (int)(exception.LineNumber ?? 0) + 1, "",
                "is not valid JSON: " + (end < 0 ? reason : reason[..end]).TrimEnd('.')
                    + Remedy(text, exception, isDeepest: reader.CurrentDepth >= MaxDepth - 1)));
        }
        catch (InvalidOperationException)
        {
            faults.Add(new Fault(file, lines.At(reader.TokenStartIndex), "",
                @"contains half of a \uXXXX\uXXXX surrogate pair; write both halves or the character itself"));
        }

        return null;
    }

    private static LocatedJson ReadValue(ref Utf8JsonReader reader, ref LineCounter lines)
    {
        var line = lines.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<(string, int, LocatedJson)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var nameLine = lines.At(reader.TokenStartIndex);
                    var name = reader.GetString()!;
                    reader.Read();
                    members.Add((name, nameLine, ReadValue(ref reader, ref lines)));
                }

                return new LocatedJson(JsonValueKind.Object, line) { Members = members };
            case JsonTokenType.StartArray:
                var items = new List<LocatedJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader, ref lines));
                return new LocatedJson(JsonValueKind.Array, line) { Items = items };
            case JsonTokenType.String:
                return new LocatedJson(JsonValueKind.String, line, reader.GetString()!);
            case JsonTokenType.Number:
                return new LocatedJson(JsonValueKind.Number, line, Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return new LocatedJson(JsonValueKind.True, line);
            case JsonTokenType.False:
                return new LocatedJson(JsonValueKind.False, line);
            default:
                return new LocatedJson(JsonValueKind.Null, line);
        }
    }

    /// <summary>
    /// Returns a remedy that fits the text at which the JSON breaks. Empty if that text gives no hint.
    /// </summary>
    private static string Remedy(ReadOnlySpan<byte> text, JsonException exception, bool isDeepest)
    {
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
            text = text[(text.IndexOf((byte)'\n') + 1)..];
        var at = (int)Math.Min(exception.BytePositionInLine ?? 0, text.Length);
        var before = text[..at].TrimEnd("0123456789abcdefABCDEF"u8);
        if (before.EndsWith("\\"u8) || before.EndsWith("\\u"u8))
            return @"; write \\ for a \ in a text";
        return text[at..] switch
        {
            [] => "; the file ends too soon: close each [, { and quotation mark",
            [(byte)'#', ..] => "; a comment begins with //",
            [(byte)'{' or (byte)'[', ..] when isDeepest => "; is a ] or } missing before it?",
            [(byte)'"' or (byte)'{' or (byte)'[', ..] => "; is a comma missing before it?",
            [(byte)'\n' or (byte)'\r', ..] => "; close the quotation mark, and write \\n for a line end in a text",
            [< (byte)' ', ..] => "; remove the control character",
            // Typographic quotation marks in UTF-8. A single one looks like an apostrophe.
            [0xe2, 0x80, >= 0x98 and <= 0x9f, ..] or [0xc2, 0xab or 0xbb, ..] =>
                "; use the plain quotation mark: \"",
            [(byte)'\'' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z'), ..] =>
                "; put a text in quotation marks, like \"this\"",
            _ => "",
        };
    }

    private static int FirstLineThatIsNotUtf8(ReadOnlySpan<byte> text)
    {
        Utf8.ToUtf16(text, new char[text.Length], out var valid, out _, replaceInvalidSequences: false);
        return text[..valid].Count((byte)'\n') + 1;
    }

    /// <summary>Counts lines as the reader advances, so that a whole file needs only one pass.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _position;
        private int _line = 1;

        public int At(long position)
        {
            _line += _text[_position..(int)position].Count((byte)'\n');
            _position = (int)position;
            return _line;
        }
    }
}
