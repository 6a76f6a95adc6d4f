using System.Text;

namespace MailResponder.Tests.Incoming;

/// <summary>Headers of any length, each the worst case for some part of a reader.</summary>
internal static class HeaderShapes
{
    private const string LongRelayed = "relayed";

    /// <summary>
    /// Shapes that are valid at any length. Readers reject most of the others early. # is a number of its own in each
    /// piece.
    /// </summary>
    private static readonly Dictionary<string, (string Start, string Piece, string End)> ClosedShapes = new()
    {
        ["local-part-of-words"] = ("From: \"", "a b ", "\"@b.example"),
        ["local-part-in-angles"] = ("From: <\"", "a b ", "\"@b.example>"),
        ["local-part-with-blanks"] = ("From: ", "a . ", "a@b.example"),
        ["local-part-with-comments"] = ("From: ", "a(c).", "a@b.example"),
        ["local-part-of-atoms"] = ("From: ", "a.", "a@b.example"),
        ["local-part-of-strings"] = ("From: ", "\"a\".", "a@b.example"),
        ["domain-with-blanks"] = ("From: a@", "b . ", "example"),
        ["domain-with-comments"] = ("From: a@", "b(c).", "example"),
        ["domain-of-labels"] = ("From: a@", "b.", "example"),
        ["name-of-words"] = ("From: ", "Joe ", "<a@b.example>"),
        ["name-of-encoded-words"] = ("From: ", "=?utf-8?q?a?= ", "<a@b.example>"),
        ["name-in-quotes"] = ("From: \"", "a@b.example ", "\" <a@b.example>"),
        ["name-in-a-comment"] = ("From: a@b.example (", "a@b.example ", ")"),
        ["address-after-comments"] = ("From: ", "(a) ", "a@b.example"),
        ["address-after-addresses"] = ("From: ", "a@b.example ", "<a@b.example>"),
        ["route"] = ("From: <", "@b.example,", "@b.example:a@b.example>"),
        ["group"] = ("From: g:", "a@b.example,", ";"),
        ["recipient-of-words"] = ("To: \"", "a b ", "\"@example.com"),
        ["recipient-with-blanks"] = ("To: ", "a . ", "a@example.com"),
        ["original-recipient"] = ("X-Original-To: \"", "a b ", "\"@example.com"),
        ["delivered-to"] = ("Delivered-To: mail_responder+\"", "a b ", "\"@example.com"),
        ["return-path"] = ("Return-Path: <\"", "a b ", "\"@example.com>"),
        ["loop"] = ("X-Loop: \"", "a b ", "\"@example.com"),
        ["ids-of-many"] = ("References: ", "<#@b> ", "<a@b>"),
        ["ids-with-blanks"] = ("References: ", "<# . a@b> ", "<a@b>"),
        ["recipients-of-many"] = ("To: ", "#@b#.example, ", "a@b.example"),
        ["loops-of-many"] = ("X-Loop: ", "#@b#.example ", "a@b.example"),
        ["results-of-many"] = ("Authentication-Results: mx.example.com", "; dkim=pass header.d=b#.example", ""),
        ["parameters-of-many"] = ("Content-Type: text/plain", "; a#=b", ""),
        ["id-of-words"] = ("References: <\"", "a b ", "\"@b>"),
        ["id-with-blanks"] = ("In-Reply-To: <", "a . ", "a@b>"),
        ["parameter"] = ("Content-Type: text/plain; a=\"", "b c ", "\""),
        ["submitted"] = ("Auto-Submitted: no (", "a b ", ")"),
        ["result-in-quotes"] = ("Authentication-Results: mx.example.com; dkim=pass header.d=\"", "a b ", "\""),
        ["result-of-labels"] = ("Authentication-Results: mx.example.com; dkim=pass header.d=", "a.", "example"),
    };

    private static readonly Dictionary<string, (string Start, string Piece)> Shapes = new()
    {
        ["fields"] = ("", "a:\n"),
        ["fields-of-one-name"] = ("", "Received: from a by b id c; d\n"),
        ["from-fields"] = ("", "From: a@b.example\n"),
        ["one-line"] = ("Subject: ", "x"),
        ["one-name"] = ("", "x"),
        ["colons"] = ("", ":"),
        ["lines-without-colon"] = ("", "abc\n"),
        ["folds"] = ("Subject: a\n", " b\n"),
        ["blank-folds"] = ("From: a\n", " \n"),
        ["returns"] = ("Subject: ", "\r"),
        ["returns-and-feeds"] = ("Subject: a\n", " \r\r\n"),
        ["blanks"] = ("From: ", " "),
        ["nuls"] = ("From: ", "\0"),
        ["eight-bit"] = ("Subject: ", "\u00e9"),
        ["utf-8"] = ("Subject: ", "\u00d8\u00b3"),
        ["commas"] = ("From: ", ","),
        ["recipients"] = ("To: ", "Joe <joe@example.net>, "),
        ["names"] = ("From: ", "Joe "),
        ["comments-open"] = ("From: ", "("),
        ["comments"] = ("From: ", "(a)"),
        ["comments-escaped"] = ("From: ", "(\\"),
        ["quotes"] = ("From: ", "\""),
        ["quotes-escaped"] = ("From: ", "\"\\\""),
        ["angles"] = ("From: ", "<"),
        ["angles-closed"] = ("From: ", "<>"),
        ["routes"] = ("From: ", "<@a,"),
        ["literals"] = ("From: ", "a@["),
        ["groups"] = ("From: ", "g:"),
        ["ends-of-groups"] = ("From: ", ";"),
        ["dots"] = ("From: ", "a."),
        ["at-signs"] = ("From: ", "a@"),
        ["loops"] = ("X-Loop: ", "a@\u00e9b.example "),
        ["loops-of-long-domains"] = ("X-Loop: ",
            "a@" + string.Concat(Enumerable.Range(0, 450)
                .Select(i => $"\u00d1{(char)(0x80 + (i % 64))}\u00d2{(char)(0x80 + (i / 8))}")) + ".example "),
        ["words"] = ("Subject: ", "=?utf-8?q?a?= "),
        ["words-of-two-charsets"] = ("Subject: ", "=?gb18030?b?gTA=?= =?iso-2022-jp?b?GyRC?= "),
        ["words-of-no-charset"] = ("Subject: ", "=?x-y?q?a?= "),
        ["words-open"] = ("Subject: ", "=?utf-8?b?"),
        ["words-in-names"] = ("From: ", "=?utf-8?q?a?= "),
        ["question-marks"] = ("Subject: ", "=?"),
        ["ids"] = ("References: ", "<a@b> "),
        ["ids-open"] = ("References: ", "<a"),
        ["parameters"] = ("Content-Type: text/plain", "; a=b"),
        ["sections"] = ("Content-Type: text/plain", "; a*0=b"),
        [LongRelayed] = ("Delivered-To: mail_responder+", "a@b.example, "),
        ["results"] = ("Authentication-Results: mx.example.com", "; a=b c.d=e"),
        ["results-of-nothing"] = ("Authentication-Results: mx.example.com", ";"),
        ["results-in-comments"] = ("Authentication-Results: mx.example.com; ", "("),
        ["results-in-comments-escaped"] = ("Authentication-Results: mx.example.com; ", "(\\"),
        ["results-in-comments-folded"] = ("Authentication-Results: mx.example.com; ", ")\n ("),
        ["results-of-one-word"] = ("Authentication-Results: mx.example.com; ", "x"),
        ["results-of-quotes"] = ("Authentication-Results: mx.example.com; ", "\""),
        ["results-quoted"] = ("Authentication-Results: mx.example.com; a=", "\"\\\""),
        ["results-fields"] = ("", "Authentication-Results: mx.example.com; dkim=pass header.d=a.example\n"),
        ["senders-without-domain"] = ("From: ", "a,"),
        ["recipients-without-domain"] = ("To: ", "a,"),
        ["suppress"] = ("X-Auto-Response-Suppress: ", "a,"),
    };

    public static IEnumerable<string> Names => Shapes.Keys.Concat(ClosedShapes.Keys);

    /// <summary>Returns a header of about the given number of bytes, with its empty line.</summary>
    public static byte[] Make(string name, int length)
    {
        var (start, piece, end) = Shapes.TryGetValue(name, out var open) ? (open.Start, open.Piece, "")
            : ClosedShapes[name];
        var header = new StringBuilder(start, length + 100);
        // The address wrapped by luser_relay is searched for among the recipients.
        if (name == LongRelayed)
            header.Append('x', length / 2).Append("\nTo: ");
        for (var i = 0; header.Length < length; i++)
            header.Append(piece.Replace("#", $"{i}", StringComparison.Ordinal));
        return Encoding.Latin1.GetBytes(header.Append(end).Append("\n\n").ToString());
    }
}
