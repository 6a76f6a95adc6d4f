using System.Text;

namespace MailResponder.Tests.Settings;

/// <summary>Files of any length that should be JSON, each the worst case for some part of a reader.</summary>
internal static class JsonShapes
{
    private const string Entry = "{\"email_addr\":\"get@example.com\",\"body\":";

    // In a piece, # stands for its number.
    private static readonly Dictionary<string, (string Start, string Piece, string End)> Shapes = new()
    {
        ["objects-open"] = ("", "{", ""),
        ["objects-open-on-lines"] = ("", "{\n", ""),
        ["objects-open-indented"] = ("", " {\n", ""),
        ["objects-open-deep"] = ("", "{\"a\":\n", ""),
        ["objects-open-wide"] = ("", "{\"a\":[\n{},\n{},\n", ""),
        ["objects-on-lines"] = ("", "{}\n", ""),
        ["objects"] = ("[", "{},", "{}]"),
        ["arrays-open"] = ("", "[", ""),
        ["arrays-open-and-objects"] = ("", "[{\"a\":", ""),
        ["arrays"] = ("[", "[],", "[]]"),
        ["arrays-deep"] = ("[", "[[[[[[[[[[]]]]]]]]]],", "[]]"),
        ["quotes"] = ("", "\"", ""),
        ["quotes-on-lines"] = ("{", "\"\n", ""),
        ["backslashes"] = ("", "\\", ""),
        ["text-open"] = ("\"", "x", ""),
        ["text-open-in-objects"] = ("", "{\"", ""),
        ["text-of-backslashes"] = ("[\"", "\\\\", "\"]"),
        ["text-of-escapes"] = ("[\"", "\\u0633", "\"]"),
        ["texts"] = ("[", "\"\",", "\"\"]"),
        ["numbers"] = ("[", "1,", "1]"),
        ["digits"] = ("", "1", ""),
        ["nulls"] = ("[", "null,", "null]"),
        ["lines"] = ("", "\n", ""),
        ["lines-and-then-not-utf-8"] = ("", "\n", "\u00ff"),
        ["blanks"] = ("", " ", ""),
        ["not-utf-8"] = ("", "\u00ff", ""),
        ["comments"] = ("", "//\n", "[]"),
        ["comments-closed"] = ("", "/**/", "[]"),
        ["comment-open"] = ("", "/*", ""),
        ["members-of-one-name"] = ("{", "\"a\":1,", "\"a\":1}"),
        ["members-unknown"] = ("{", "\"unknown#\":1,", "\"a\":1}"),
        ["members-misspelt"] = ("{", "\"respons_form\":1,", "\"a\":1}"),
        ["member-known-twice"] = ("{", "\"outbox\":1,", "\"outbox\":1}"),
        ["name-endless"] = ("{\"", "x", "\":1}"),
        ["domains"] = ("{\"own_domains\":[", "\"a#.example\",", "\"\"]}"),
        ["not-domains"] = ("{\"own_domains\":[", "\"..\",", "\"\"]}"),
        ["renames"] = ("{\"attachment_names\":[", "{\"domains\":[\"a#.example\"],\"rename\":{\".a\":\".b\"}},", "{}]}"),
        ["entries"] = ("[", Entry + "\"x\"},", "{}]"),
        ["entries-of-many-addresses"] = ("[", "{\"email_addr\":\"get#@a#.example\",\"body\":\"x\"},", "{}]"),
        ["entries-of-no-address"] = ("[", "{\"email_addr\":\"@@@\",\"body\":\"x\"},", "{}]"),
        ["entry-of-many-fields"] = ("[{", "\"body#\":1,", "\"a\":1}]"),
        ["address-of-at-signs"] = ("[{\"email_addr\":\"", "@", "\"}]"),
        ["address-of-dots"] = ("[{\"email_addr\":\"a@", "a.", "\"}]"),
        ["bodies"] = ("[" + Entry + "[", "[\"plain\",\"x\"],", "1]}]"),
        ["bodies-of-two-kinds"] = ("[" + Entry + "[", "[\"x\",\"x\"],[\"html\",\"x\"],", "1]}]"),
        ["attachments"] = ("[{\"attachments\":[", "[\"b\",\"f#\",\"s\"],", "1]}]"),
        ["attachments-of-dots"] = ("[{\"attachments\":[[\"", "../", "\",\"f\",\"s\"]]}]"),
    };

    public static IEnumerable<string> Names => Shapes.Keys;

    public static byte[] Make(string shape, int length)
    {
        var (start, piece, end) = Shapes[shape];
        var text = new StringBuilder(start, length + 100);
        for (var i = 0; text.Length < length; i++)
            text.Append(piece.Contains('#', StringComparison.Ordinal)
                ? piece.Replace("#", i.ToString(System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal) : piece);
        return Encoding.Latin1.GetBytes(text.Append(end).ToString());
    }
}
