using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class AddressReading
{
    [Theory]
    [InlineData("a@b.example", null, "a@b.example")]
    [InlineData("<a@b.example>", null, "a@b.example")]
    [InlineData("John Doe <a@b.example>", "John Doe", "a@b.example")]
    [InlineData("\"Doe, John\" <a@b.example>", "Doe, John", "a@b.example")]
    [InlineData("\"John \\\"J\\\" Doe\" <a@b.example>", "John \"J\" Doe", "a@b.example")]
    [InlineData("John Q. Public <a@b.example>", "John Q. Public", "a@b.example")]
    [InlineData("a@b.example (John Doe)", "John Doe", "a@b.example")]
    [InlineData("John (the (very) old) Doe <a@b.example>", "John Doe", "a@b.example")]
    [InlineData("=?utf-8?B?2LPZhNin2YU=?= <a@b.example>", "سلام", "a@b.example")]
    [InlineData("=?utf-8?Q?Doe=2C_John?= <a@b.example>", "Doe, John", "a@b.example")]
    [InlineData("سلام <a@b.example>", "سلام", "a@b.example")]
    [InlineData("<@relay.example,@other.example:a@b.example>", null, "a@b.example")]
    [InlineData("x@y.example <a@b.example>", "x@y.example", "a@b.example")]
    [InlineData("  a@b.example  ", null, "a@b.example")]
    [InlineData("a . b @ c . example", null, "a.b@c.example")]
    [InlineData("a(comment)@(comment)b.example", null, "a@b.example")]
    [InlineData("\"a b\"@c.example", null, "\"a b\"@c.example")]
    [InlineData("a@[192.0.2.1]", null, "a@[192.0.2.1]")]
    [InlineData("کاربر@مثال.example", null, "کاربر@مثال.example")]
    [InlineData("a+tag_x=y@b.example", null, "a+tag_x=y@b.example")]
    public void OneMailbox_IsRead(string text, string? name, string address)
    {
        Assert.True(MailboxAddress.TryParse(text, out MailboxAddress? mailbox));
        Assert.Equal(address, mailbox.Address);
        if (name is not null || mailbox.Name is { Length: > 0 })
            Assert.Equal(name, mailbox.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<>")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@b.example")]
    [InlineData("John Doe")]
    [InlineData("a@b@c.example")]
    [InlineData("a b@c.example")]
    [InlineData("<a@b.example> <c@d.example>")]
    [InlineData("a@b.example, c@d.example")]
    [InlineData("friends: a@b.example;")]
    public void WhatIsNotOneMailbox_IsRefused(string text) => Assert.False(MailboxAddress.TryParse(text, out _));

    [Theory]
    [InlineData("a@b.example, c@d.example", "a@b.example c@d.example")]
    [InlineData("A <a@b.example>, \"x, y\" <c@d.example>", "a@b.example c@d.example")]
    [InlineData(",, a@b.example,,c@d.example,", "a@b.example c@d.example")]
    [InlineData("friends: a@b.example, C <c@d.example>; e@f.example", "a@b.example c@d.example e@f.example")]
    [InlineData("undisclosed-recipients:;, a@b.example", "a@b.example")]
    [InlineData("junk <<, a@b.example", "a@b.example")]
    [InlineData("a@b.example,\r\n\tc@d.example\r\n", "a@b.example c@d.example")]
    [InlineData("one: two: a@b.example;; c@d.example", "a@b.example c@d.example")]
    public void EveryMailbox_IsFound(string text, string expected)
    {
        Assert.True(InternetAddressList.TryParse(text, out InternetAddressList? list));
        Assert.Equal(expected, string.Join(' ', list.Mailboxes.Select(mailbox => mailbox.Address)));
    }

    [Fact]
    public void Group_KeepsItsName()
    {
        Assert.True(InternetAddressList.TryParse("My friends: a@b.example;", out InternetAddressList? list));
        var group = Assert.IsType<GroupAddress>(list[0]);
        Assert.Equal("My friends", group.Name);
        Assert.Single(group.Members);
    }

    [Fact]
    public void EncodedComma_DoesNotMakeTwoAddresses()
    {
        var headers = Written.Headers("From: =?utf-8?Q?victim=40x.example=2C?= <a@b.example>\n\n");
        Assert.True(InternetAddressList.TryParse(headers[0].RawValue, out InternetAddressList? list));
        Assert.Equal("a@b.example", Assert.Single(list.Mailboxes).Address);
    }

    [Fact]
    public void WesternBytes_AreRead()
    {
        var bytes = Encoding.Latin1.GetBytes("café <a@b.example>");
        Assert.True(InternetAddressList.TryParse(bytes, out InternetAddressList? list));
        Assert.Equal("café", list[0].Name);
    }

    [Fact]
    public void Parts_AreApart()
    {
        var mailbox = new MailboxAddress("Get", "get@example.com");
        Assert.Equal("get", mailbox.LocalPart);
        Assert.Equal("example.com", mailbox.Domain);
        Assert.Equal("\"Get\" <get@example.com>", mailbox.ToString());
    }

    [Fact]
    public void InternationalDomain_HasAnAsciiForm()
    {
        Assert.Equal("a@xn--bcher-kva.example", MailboxAddress.EncodeAddrspec("a@bücher.example"));
        Assert.Equal("a@bücher.example", MailboxAddress.DecodeAddrspec("a@xn--bcher-kva.example"));
        Assert.Equal("a@xn--bcher-kva.example", new MailboxAddress(null, "a@bücher.example").GetAddress(true));
    }
}
