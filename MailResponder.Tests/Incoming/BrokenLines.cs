using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

/// <summary>A line that is not a header field does no harm to its message, and hides nothing of it.</summary>
public sealed class BrokenLines
{
    private const string From = "From: Zahra <zahra@freemail.example>\n";

    private static readonly Guard Guard = new(TestSettings.In("/nowhere") with { MaxMessageBytes = 1 << 20 });

    /// <summary>
    /// The broken lines. None stands at the start of a message, where the two mbox lines have a meaning.
    /// </summary>
    private static readonly Dictionary<string, string> Lines = new()
    {
        ["word"] = "word",
        ["sentence"] = "This is no header field",
        ["no-colon-but-folded"] = "no colon here\n so it goes on",
        ["folded-with-a-colon"] = "no colon here\n X-Real: value",
        ["colon-alone"] = ":",
        ["colon-first"] = ": value",
        ["colons"] = ":::",
        ["blank-and-colon-behind-nothing"] = "\u00a0: value",
        ["two-words-as-name"] = "Bad name: value",
        ["tab-in-the-name"] = "Bad\tname: value",
        ["blank-in-a-known-name"] = "Message ID: <1@freemail.example>",
        ["from-of-mbox"] = "From zahra@freemail.example Mon Mar  2 08:15:00 2026",
        ["quoted-from-of-mbox"] = ">From zahra@freemail.example Mon Mar  2 08:15:00 2026",
        ["from-of-mbox-with-a-colon"] = "From zahra@freemail.example: again",
        ["latin-1-name"] = "Betr\u00e9ff: hello",
        ["utf-8-name"] = "\u00d8\u00b3\u00d9\u0084: hello",
        ["latin-1-without-colon"] = "\u00e9t\u00e9",
        ["highest-byte"] = "\u00ff\u00ff: x",
        ["byte-order-mark"] = "\u00ef\u00bb\u00bfX-Name: hello",
        ["nul"] = "\0",
        ["nul-in-the-name"] = "X-\0Name: value",
        ["nul-before-the-name"] = "\0X-Name: value",
        ["nul-before-the-colon"] = "X-Name\0: value",
        ["escape-in-the-name"] = "\u001b[31mX-Name: value",
        ["bell-in-the-name"] = "X-\aName: value",
        ["delete-in-the-name"] = "X-Name\u007f: value",
        ["form-feed-alone"] = "\f",
        ["vertical-tab-alone"] = "\v: x",
        ["lone-return-in-the-name"] = "X-\rName: value",
        ["lone-return-and-a-field"] = "junk\rX-Name: value",
        ["c1-control-in-the-name"] = "X-\u0085Name: value",
        ["long-line-without-colon"] = new string('x', 20_000),
        ["long-line-of-blanks-in-the-name"] = "x" + new string(' ', 20_000) + "x: y",
        ["long-line-with-a-late-colon"] = new string('x', 20_000) + " : : y",
        ["long-name"] = new string('X', 20_000) + ": y",
        ["marks-of-html"] = "<html><body>",
        ["soft-line-end"] = "=",
        ["encoded-word-alone"] = "=?utf-8?q?hello?=",
        ["dots"] = "...",
        ["dashes"] = "--",
        ["boundary"] = "--=_part_1",
        ["command-of-smtp"] = "RCPT TO <zahra@freemail.example>",
        ["many"] = string.Join('\n', Enumerable.Repeat("x", 5000)),
    };

    public static TheoryData<string> Names => new(Lines.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void PersonsMail_IsAnswered(string name)
    {
        foreach (var lineEnd in new[] { "\n", "\r\n" })
        {
            string[] fields = ["Subject: help\n", From, "Message-ID: <1@freemail.example>\n"];
            foreach (var mail in Around(fields, Lines[name]))
            {
                Assert.Null(Judge(mail, lineEnd, out var request));
                Assert.Equal("zahra@freemail.example", request!.From.Address);
                Assert.Equal("help", request.Subject);
                Assert.Equal("<1@freemail.example>", request.MessageId);
            }
        }
    }

    /// <summary>Characters that other readers ignore around a name or a value do not hide a robot's mark.</summary>
    [Theory]
    [InlineData("\0Auto-Submitted: auto-replied", nameof(SkipReason.AutoSubmitted))]
    [InlineData("Auto-Submitted\0: auto-replied", nameof(SkipReason.AutoSubmitted))]
    [InlineData("\u00ef\u00bb\u00bfAuto-Submitted: auto-replied", nameof(SkipReason.AutoSubmitted))]
    [InlineData("\fAuto-Submitted: auto-replied", nameof(SkipReason.AutoSubmitted))]
    [InlineData("Auto-Submitted: \0auto-replied", nameof(SkipReason.AutoSubmitted))]
    [InlineData("Precedence: bulk\0", nameof(SkipReason.BulkPrecedence))]
    [InlineData("Precedence: \"bulk\"", nameof(SkipReason.BulkPrecedence))]
    [InlineData("Precedence: (a comment) bulk", nameof(SkipReason.BulkPrecedence))]
    [InlineData("Content-Type: multipart/report\0; boundary=b", nameof(SkipReason.DeliveryReport))]
    [InlineData("Content-Type: \"multipart/report\"; boundary=b", nameof(SkipReason.DeliveryReport))]
    [InlineData("Content-Type: multipart / report; boundary=b", nameof(SkipReason.DeliveryReport))]
    [InlineData("Content-Type: multipart/ report; boundary=b", nameof(SkipReason.DeliveryReport))]
    [InlineData("Content-Type: multipart /report; boundary=b", nameof(SkipReason.DeliveryReport))]
    [InlineData("X-Auto-Response-Suppress: \"All\"", nameof(SkipReason.ResponseSuppressed))]
    [InlineData("X-Spam: Yes", nameof(SkipReason.Spam))]
    public void OddMark_IsSeen(string field, string reason) =>
        Assert.Equal(reason, Judge("Subject: help\n" + field + "\n" + From, "\n", out _)?.ToString());

    /// <summary>Each field is still seen, whatever comes before, between and after the fields.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void RobotsMark_IsSeen(string name)
    {
        (string Field, SkipReason Reason)[] marks =
        [
            ("Auto-Submitted: auto-replied\n", SkipReason.AutoSubmitted),
            ("Auto-Submitted:\n auto-replied\n", SkipReason.AutoSubmitted),
            ("List-Id: <list.example>\n", SkipReason.MailingList),
            ("Precedence: bulk\n", SkipReason.BulkPrecedence),
            ("Return-Path: <>\n", SkipReason.NullSender),
            ("X-Loop: get-help@example.com\n", SkipReason.Loop),
            ("From: mallory@freemail.example\n", SkipReason.SeveralFrom),
            ("From : mallory@freemail.example\n", SkipReason.SeveralFrom),
        ];
        foreach (var (field, reason) in marks)
        {
            foreach (var mail in Around([From, field, "Subject: help\n"], Lines[name]))
                Assert.Equal(reason, Judge(mail, "\n", out _));
        }
    }

    /// <summary>A continuation after a broken line belongs to that line, not to the field before it.</summary>
    [Fact]
    public void ContinuationOfABrokenLine_IsNoPartOfFrom() =>
        Assert.Equal(
            SkipReason.UnparsableFrom,
            Judge("From: Zahra\nno colon\n <mallory@freemail.example>\n", "\n", out _));

    [Theory]
    [InlineData(" folded: from nowhere\n" + From)]
    [InlineData("\t\n" + From)]
    [InlineData(" \t \n \n" + From)]
    public void ContinuationOfNothing_IsPassedOver(string header) => Assert.Null(Judge(header, "\n", out _));

    [Theory]
    [InlineData("no colon\n: x\n\0\n")]
    [InlineData("\u00e9: x\n")]
    public void BrokenLinesAlone_AreNoMessage(string header) =>
        Assert.Equal(SkipReason.UnreadableMessage, Judge(header, "\n", out _));

    /// <summary>The message key is computed from the bytes exactly as received.</summary>
    [Fact]
    public void HeaderBlock_KeepsBrokenLines()
    {
        const string header = "Subject: x\nno colon\n" + From + "\0: x\n";

        var message = IncomingMessage.Read(new MemoryStream(Encoding.Latin1.GetBytes(header + "\nbody")));

        Assert.Equal(header, Encoding.Latin1.GetString(message.HeaderBlock));
        Assert.Equal(["Subject", "From"], message.Headers.Select(field => field.Field));
    }

    /// <summary>Returns the fields with the line in each place except the first.</summary>
    private static IEnumerable<string> Around(string[] fields, string line)
    {
        for (var i = 1; i <= fields.Length; i++)
            yield return string.Concat(fields.Take(i)) + line + "\n" + string.Concat(fields.Skip(i));
    }

    private static SkipReason? Judge(string header, string lineEnd, out Request? request)
    {
        var mail = (header + "\nbody\n").Replace("\n", lineEnd, StringComparison.Ordinal);
        var message = IncomingMessage.Read(new MemoryStream(Encoding.Latin1.GetBytes(mail)));
        return Guard.ReasonNotToReply(message, new Envelope(), out request);
    }
}
