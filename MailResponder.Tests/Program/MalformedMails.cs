using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>
/// Mails that no standard allows, and the outcome of each. In their text, ZAHRA stands for a requester's address.
/// </summary>
internal static class MalformedMails
{
    /// <summary>The mail is answered, to this address alone.</summary>
    public const string Answered = "replied ";

    private const string Rest = "To: get@example.com\nSubject: please\n\nhello\n";

    private static readonly Dictionary<string, (string Result, Func<string, byte[]> Mail)> Mails = new()
    {
        ["header-in-latin-1"] = (Answered, Text("From: =?x?q?a?= Z\u00e4hra <ZAHRA>\nSubject: \u00e9t\u00e9\n\n")),
        ["header-in-koi8-r"] = (Answered,
        Text("From: \u00fa\u00c1\u00c8\u00d2\u00c1 <ZAHRA>\nSubject: "
            + "\u00f0\u00cf\u00cd\u00cf\u00c7\u00c9\u00d4\u00c5\n\n")),
        ["header-in-gb18030"] = (Answered,
            Text("From: \u00d4\u00fa\u0081\u0030\u0084\u0036 <ZAHRA>\nSubject: "
                + "\u00c7\u00eb\u0095\u0032\u0082\u0036\n\n")),
        ["header-in-broken-utf-8"] = (
            Answered, Text(
            "From: \u00ed\u00a0\u0080\u00f5\u00c0\u00af <ZAHRA>\nSubject: \u00d8\u00d8\u00b3\u00ff\n\n")),
        ["local-part-in-latin-1"] = ("skipped reason=unparsable-from", Text("From: z\u00e4hra@freemail.test\n" + Rest)),
        ["nul-in-the-name"] = (Answered, Text("From: Za\0hra <ZAHRA>\n" + Rest)),
        ["nul-in-the-address"] = ("skipped reason=unparsable-from", Text("From: za\0hra@freemail.test\n" + Rest)),
        ["nul-in-the-domain"] = ("skipped reason=several-from", Text("From: zahra@free\0mail.test\n" + Rest)),
        ["nul-bytes"] = ("skipped reason=unreadable-message", Text(new string('\0', 100_000))),
        ["subject-of-a-megabyte"] = ("skipped reason=unreadable-message",
        Text("From: ZAHRA\nSubject: " + new string('x', 1_000_000) + "\n\n")),
        ["body-line-of-a-megabyte"] = (Answered, Text("From: ZAHRA\n\n" + new string('x', 1_000_000))),
        ["line-of-a-megabyte-without-colon"] = ("skipped reason=unreadable-message", Text(new string('x', 1_000_000))),
        ["fifty-thousand-recipients"] = (
        "skipped reason=unreadable-message", Text("From: ZAHRA\nTo: " + Many(50_000, "u@example.com,\n ") + "\n\n")),
        ["three-thousand-recipients"] = (
        Answered, Text("From: ZAHRA\nTo: " + Many(3000, "u@example.com,\n ") + "get@example.com\n\n")),
        ["fifty-thousand-senders"] = (
        "skipped reason=unreadable-message", Text("From: ZAHRA," + Many(50_000, "u@example.com,\n ") + "\n\n")),
        ["two-senders"] = ("skipped reason=several-from", Text("From: ZAHRA, joe@freemail.test\n" + Rest)),
        ["ten-thousand-received"] = ("skipped reason=unreadable-message",
        Text(Many(10_000, "Received: from a by b; now\n") + "From: ZAHRA\n\n")),
        ["two-thousand-received"] = ("skipped reason=too-many-hops",
        Text(Many(2000, "Received: from a by b; now\n") + "From: ZAHRA\n\n")),
        ["ten-thousand-comments"] = (Answered, Text("From: " + Many(10_000, "(") + Many(10_000, ")") + " ZAHRA\n\n")),
        ["ten-thousand-open-comments"] = (
        "skipped reason=unparsable-from", Text("From: " + Many(10_000, "(") + " ZAHRA\n\n")),
        ["ten-thousand-groups"] = ("skipped reason=unparsable-from", Text("From: " + Many(10_000, "g:") + "ZAHRA\n\n")),
        ["open-quote"] = ("skipped reason=unparsable-from", Text("From: \"Zahra <ZAHRA>\n" + Rest)),
        ["open-comment"] = ("skipped reason=unparsable-from", Text("From: ZAHRA (Zahra\n" + Rest)),
        ["open-angle"] = (Answered, Text("From: Zahra <ZAHRA\n" + Rest)),
        ["open-literal"] = ("skipped reason=unparsable-from", Text("From: zahra@[192.0.2.1\n" + Rest)),
        ["open-encoded-word"] = (Answered, Text("From: =?utf-8?q?Zahra <ZAHRA>\nSubject: =?utf-8?b?8J+Y\n\n")),
        ["open-everything"] = ("skipped reason=unparsable-from", Text("From: =?utf-8?b?\"(<@[\n" + Rest)),
        ["utf-16-little-endian"] = ("skipped reason=unreadable-message", In(Encoding.Unicode, "From: ZAHRA\n" + Rest)),
        ["utf-16-little-endian-with-mark"] = (
        "skipped reason=unreadable-message", In(Encoding.Unicode, "\ufeffFrom: ZAHRA\n" + Rest)),
        ["utf-16-big-endian"] = ("skipped reason=unreadable-message",
        In(Encoding.BigEndianUnicode, "From: ZAHRA\n" + Rest)),
        ["utf-16-big-endian-with-mark"] = (
        "skipped reason=unreadable-message", In(Encoding.BigEndianUnicode, "\ufeffFrom: ZAHRA\n" + Rest)),
        ["utf-8-with-mark"] = (Answered, In(Encoding.UTF8, "\ufeffFrom: ZAHRA\n" + Rest)),
        ["nothing"] = ("skipped reason=unreadable-message", Text("")),
        ["line-feeds"] = ("skipped reason=unreadable-message", Text(Many(5000, "\n"))),
        ["returns"] = ("skipped reason=unreadable-message", Text(Many(5000, "\r"))),
        ["line-ends"] = ("skipped reason=unreadable-message", Text(Many(5000, "\r\n"))),
        ["lone-returns-end-lines"] = (Answered, Text(("From: ZAHRA\n" + Rest).Replace('\n', '\r'))),
        ["two-returns-and-a-feed-end-lines"] = (
        Answered, Text(("From: ZAHRA\n" + Rest).Replace("\n", "\r\r\n", StringComparison.Ordinal))),
        ["mbox-line"] = (Answered, Text("From mallory@freemail.test Mon Mar  2 08:15:00 2026\nFrom: ZAHRA\n" + Rest)),
        ["quoted-mbox-line"] = (Answered,
        Text(">From mallory@freemail.test Mon Mar  2 08:15:00 2026\nFrom: ZAHRA\n" + Rest)),
        ["mbox-line-alone"] = ("skipped reason=unreadable-message", Text("From ZAHRA Mon Mar  2 08:15:00 2026\n")),
        ["header-alone"] = (Answered, Text("From: ZAHRA\nSubject: please\n")),
        ["body-alone"] = ("skipped reason=unreadable-message", Text("\nFrom: ZAHRA\n\nhello\n")),
        ["cut-off-in-the-header"] = ("skipped reason=unreadable-message", Text("Subject: please\nFrom: Zahra <ZAHRA")),
        ["cut-off-after-a-header-line"] = (Answered, Text("From: Zahra <ZAHRA>\nSubject: please\n")),
        ["cut-off-in-the-body"] = (Answered, Text("From: ZAHRA\n\nhel")),
        ["name-of-a-hundred-kilobytes"] = (
        "skipped reason=unreadable-message",
        Text(new string('X', 100_000) + ": y\n" + Many(100, "Y: y\n") + "From: ZAHRA\n" + Many(400, "Z: z\n") + "\n")),
        ["name-of-fifty-kilobytes"] = (Answered, Text(new string('X', 50_000) + ": y\nFrom: ZAHRA\n" + Rest)),
        ["fold-of-blanks"] = (Answered, Text("From: Zahra\n  \n\t\n <ZAHRA>\n" + Rest)),
        ["fold-before-everything"] = (Answered, Text(" folded: from nowhere\nFrom: ZAHRA\n" + Rest)),
        ["two-from"] = ("skipped reason=several-from", Text("From: ZAHRA\nFrom: ZAHRA\n" + Rest)),
        ["two-message-ids"] = (Answered, Text("From: ZAHRA\nMessage-ID: <1@a>\nMessage-ID: <2@a>\n" + Rest)),
        ["two-subjects"] = (Answered, Text("From: ZAHRA\nSubject: one\n" + Rest)),
        ["group"] = ("skipped reason=unparsable-from", Text("From: friends: ZAHRA;\n" + Rest)),
        ["empty-group"] = ("skipped reason=unparsable-from", Text("From: undisclosed-recipients:;\n" + Rest)),
        ["source-route"] = ("skipped reason=unparsable-from", Text("From: <@relay.test,@other.test:ZAHRA>\n" + Rest)),
        ["source-route-without-end"] = (
        "skipped reason=unparsable-from", Text("From: <@relay.test,@other.test\n" + Rest)),
        ["address-literal"] = ("skipped reason=unparsable-from", Text("From: zahra@[192.0.2.1]\n" + Rest)),
        ["address-literal-of-version-6"] = (
        "skipped reason=unparsable-from", Text("From: <zahra@[IPv6:2001:db8::1]>\n" + Rest)),
        ["quoted-local-part"] = ("skipped reason=unparsable-from",
        Text("From: \"Zahra @ home\" <\"zahra@work\"@freemail.test>\n" + Rest)),
        ["quoted-local-part-with-blank"] = (
        "skipped reason=unparsable-from", Text("From: \"zahra zad\"@freemail.test\n" + Rest)),
        ["partly-quoted-local-part"] = (
        "skipped reason=unparsable-from", Text("From: zahra.\"\".\"at work\"@freemail.test\n" + Rest)),
        ["percent-hack"] = ("skipped reason=unparsable-from", Text("From: zahra%work.test@freemail.test\n" + Rest)),
        ["bang-path"] = ("skipped reason=unparsable-from", Text("From: work!zahra@freemail.test\n" + Rest)),
        ["encoded-word-that-looks-like-an-address"] = (
        Answered, Text("From: =?utf-8?q?=3Cmallory=40freemail=2Etest=3E=2C?= <ZAHRA>\n" + Rest)),
        ["encoded-word-as-address"] = (
        "skipped reason=unparsable-from", Text("From: =?utf-8?q?zahra=40freemail=2Etest?=\n" + Rest)),
        ["address-in-the-name"] = (Answered, Text("From: \"mallory@freemail.test\" <ZAHRA>\n" + Rest)),
        ["bare-address-in-the-name"] = (Answered, Text("From: mallory@freemail.test <ZAHRA>\n" + Rest)),
    };

    public static IEnumerable<string> Names => Mails.Keys;

    /// <summary>Returns how the log line begins: <see cref="Answered"/>, or the reason not to answer.</summary>
    public static string Result(string name) => Mails[name].Result;

    public static byte[] Of(string name, string requester) => Mails[name].Mail(requester);

    private static Func<string, byte[]> Text(string text) => In(Encoding.Latin1, text);

    private static Func<string, byte[]> In(Encoding encoding, string text) =>
        requester => encoding.GetBytes(text.Replace("ZAHRA", requester, StringComparison.Ordinal));

    private static string Many(int times, string piece) => string.Concat(Enumerable.Repeat(piece, times));
}
