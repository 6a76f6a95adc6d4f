using System.Text;
using MailResponder.Incoming;
using MimeKit;

namespace MailResponder.Tests.Incoming;

/// <summary>Which address is answered: the one address that every reader of From sees, or none.</summary>
public sealed class FromFields
{
    [Theory]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData("<a@b.example>", "a@b.example")]
    [InlineData("  A.B+c=d@B.Example  ", "A.B+c=d@B.Example")]
    [InlineData("John Q. Public <a@b.example>", "a@b.example")]
    [InlineData("\"a@b.example\" <c@d.example>", "c@d.example")]
    [InlineData("a@b.example <c@d.example>", "c@d.example")]
    [InlineData("\"a\\\" <b@c.example>, \\\"d\" <e@f.example>", "e@f.example")]
    [InlineData("\"<a@b.example>,\" <c@d.example>", "c@d.example")]
    [InlineData("=?utf-8?q?=3Ca=40b.example=3E=2C?= <c@d.example>", "c@d.example")]
    [InlineData("(a@b.example (x) \\) y) c@d.example", "c@d.example")]
    [InlineData("a@b.example (c@d.example)", "a@b.example")]
    [InlineData("Zahra, Inc. <a@b.example>", "a@b.example")]
    [InlineData("x\0y <a@b.example>", "a@b.example")]
    [InlineData("\"a b@c\"\r\n\t<a@b.example>", "a@b.example")]
    [InlineData("<<a@b.example>>", "a@b.example")]
    [InlineData("a@b.example;", "a@b.example")]
    [InlineData("a@b.example, ", "a@b.example")]
    [InlineData("a@b.example <a@b.example>;", "a@b.example")]
    [InlineData("\"a@b.example\" <c@d.example>,", "c@d.example")]
    [InlineData("\"a@b.example\" <c@d.example>;\r\n ", "c@d.example")]
    [InlineData("Zahra: Home <a@b.example>", "a@b.example")]
    [InlineData("=?utf-8?Q?Doe,_John?= <a@b.example>", "a@b.example")]
    [InlineData("@zahra <a@b.example>", "a@b.example")]
    [InlineData("Doe, \"John\" <a@b.example>", "a@b.example")]
    [InlineData("Doe, John (x@y.example) <a@b.example>", "a@b.example")]
    [InlineData("Joe <a@b.example", "a@b.example")]
    [InlineData("\"a@b\"@c.example", "\"a@b\"@c.example")]
    [InlineData("\"a\"@b.example", "a@b.example")]
    [InlineData("<\"a.b\"@c.example>", "a.b@c.example")]
    [InlineData("\"a..b\"@c.example", "\"a..b\"@c.example")]
    [InlineData("a@b\u00fccher.example", "a@xn--bcher-kva.example")]
    [InlineData("a@xn--bcher-kva.example", "a@xn--bcher-kva.example")]
    [InlineData("a@stra\u00dfe.example", "a@xn--strae-oqa.example")]
    [InlineData("a@xn--strae-oqa.example", "a@xn--strae-oqa.example")]
    // Mail goes to the A-label, whatever it stands for.
    [InlineData("a@xn--eca.example", "a@xn--eca.example")]
    [InlineData("a@xn--example.net", "a@xn--example.net")]
    [InlineData("a@XN--1-YMCJ8A85D.example", "a@XN--1-YMCJ8A85D.example")]
    [InlineData("<a@سایت1.example>", "a@xn--1-ymcj8a85d.example")]
    public void AddressThatStandsThere_IsAnswered(string value, string expected)
    {
        Assert.Null(Read(value, out var mailbox));
        Assert.Equal(expected, mailbox!.GetAddress(idnEncode: true));
    }

    [Theory]
    // Two readers see two different addresses.
    [InlineData("<a@b.example> c@d.example")]
    [InlineData("<a@b.example>c@d.example")]
    [InlineData("<a@b.example><c@d.example>")]
    [InlineData("<a@b.example, c@d.example>")]
    [InlineData("a@b.example c@d.example")]
    [InlineData("a@b.example, c <d@e.example>")]
    [InlineData("a@b, <c@d.example>")]
    [InlineData("\"a@b.example\", <c@d.example>")]
    [InlineData("\"a@b.example\"; <c@d.example>")]
    [InlineData("\"a@b.example\" x, <c@d.example>")]
    [InlineData("=?utf-8?Q?a=40b.example?=\\<c@d.example>")]
    [InlineData("Zahra @ Work, Inc <a@b.example>")]
    // Mail filters, and old mail programs, read another mailbox or several in these, so that DMARC does not protect a@.
    [InlineData("a@b.example .c.example, <a@b.example>")]
    [InlineData("a@b.example(x).c.example, <a@b.example>")]
    [InlineData("v . a@b.example, <a@b.example>")]
    [InlineData("\"x\"a@b.example, <a@b.example>")]
    [InlineData("a@b.example>, <a@b.example>")]
    [InlineData("x, <a@b.example <a@b.example>")]
    [InlineData("@c.example:a@b.example, <a@b.example>")]
    [InlineData("@c.example;a@b.example <a@b.example>")]
    [InlineData("@c.example; <a@b.example>")]
    [InlineData("@c.example, <a@b.example>")]
    [InlineData("x <a@b.example> y <c@d.example>")]
    [InlineData("a@b@c.example")]
    [InlineData("a@b.example\rc@d.example")]
    [InlineData("a@b.example:c@d.example;")]
    [InlineData("g: a@b.example; <c@d.example>")]
    [InlineData("g: a@b.example;")]
    [InlineData("g:; a@b.example")]
    [InlineData("\"a@b.example c@d.example")]
    [InlineData("(a@b.example c@d.example")]
    [InlineData("<@r.example>a@b.example")]
    [InlineData("@r.example:a@b.example")]
    // A source route, and an unclosed quotation mark.
    [InlineData("<@r.example,@s.example:a@b.example>")]
    [InlineData("\"Joe <a@b.example>")]
    // The address is not in one piece.
    [InlineData("joe (at home) @ b.example")]
    [InlineData("a(x)@b.example")]
    [InlineData("a@(x)b.example")]
    [InlineData("a@b(x).example")]
    [InlineData("a . b@c.example")]
    [InlineData("<a@b.\r\n example>")]
    [InlineData("a\0@b.example")]
    [InlineData("<a@b\u007f.example>")]
    [InlineData("a@b.example>")]
    // Another spelling of the same address would have another quota.
    [InlineData("\"a\\b\"@c.example")]
    [InlineData("\"a\\@b\"@c.example")]
    // Characters that another reader maps to another domain, or to none.
    [InlineData("a@bu\u0308cher.example")]
    [InlineData("a@mail.example.net\u200b")]
    [InlineData("a@mail.example\u00a0.net")]
    [InlineData("a@mail.exam\u00adple.net")]
    [InlineData("a@ｅｘａｍｐｌｅ.net")]
    [InlineData("a@example。net")]
    [InlineData("<a@\u0130stanbul.example>")]
    // Not a domain in the DNS.
    [InlineData("a@[192.0.2.1]")]
    [InlineData("a@b.example[c]")]
    [InlineData("=?utf-8?q?a=40b.example?=")]
    [InlineData("'a@b.example'")]
    [InlineData("mailto:a@b.example")]
    [InlineData("")]
    public void AddressThatCouldBeAnother_IsNot(string value)
    {
        Assert.NotNull(Read(value, out var mailbox));
        Assert.Null(mailbox);
    }

    [Theory]
    [InlineData("(", ")", "a@b.example")]
    [InlineData("g:", "", "a@b.example")]
    [InlineData("<", ">", "a@b.example")]
    [InlineData("\"", "\"", "<a@b.example>")]
    [InlineData("@r.example,", "", "a@b.example")]
    public void Depth_IsNoStackOverflow(string open, string close, string address) =>
        Read(Many(open) + Many(close) + " " + address, out _);

    private static string Many(string piece) => string.Concat(Enumerable.Repeat(piece, 40_000));

    private static SkipReason? Read(string value, out MailboxAddress? mailbox)
    {
        Assert.True(Header.TryParse(Encoding.UTF8.GetBytes($"From: {value}\n"), out var header));
        return FromField.Read(header, out mailbox);
    }
}
