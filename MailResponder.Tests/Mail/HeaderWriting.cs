using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class HeaderWriting
{
    [Theory]
    [InlineData("Re: help")]
    [InlineData("Re: " + SampleReply.Persian)]
    [InlineData(SampleReply.Chinese + SampleReply.Chinese + SampleReply.Chinese)]
    [InlineData("plain words and سلام among them, then plain words again up to the very end of the line")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    [InlineData("one  two   three    four     five      six       seven        eight         nine          ten")]
    [InlineData("café café café café café café café café café café café café café café café café café café")]
    [InlineData("looks like =?utf-8?Q?one?= but is text")]
    [InlineData("\"quoted\" (and) <angled>; a_b = c?")]
    [InlineData("a")]
    [InlineData("")]
    public void Subject_IsReadBack(string subject)
    {
        var message = SampleReply.WithText("x", subject);
        Assert.Equal(subject, Written.Headers(message)[HeaderId.Subject]);
        var seen = Python.Parse(message);
        Assert.Equal(subject, seen.GetProperty("subject").GetString());
        Assert.Empty(seen.GetProperty("defects").EnumerateArray());
        AssertTame(message);
    }

    [Theory]
    [InlineData("Get")]
    [InlineData("Doe, John \"J\" \\ Jr.")]
    [InlineData("گروه پاسخ‌گویی خودکار برای همه‌ی کسانی که به اینترنت آزاد دسترسی ندارند")]
    [InlineData("a name that is so long that it cannot stand on one line with its address and has to be folded, twice")]
    public void DisplayName_IsReadBack(string name)
    {
        var message = SampleReply.WithText("x");
        message.From.Clear();
        message.From.Add(new MailboxAddress(name, "get@example.com"));
        var seen = Assert.Single(Python.Parse(message).GetProperty("from").EnumerateArray().ToArray());
        Assert.Equal(name, seen[0].GetString());
        Assert.Equal("get@example.com", seen[1].GetString());
        var headers = Written.Headers(message);
        var from = headers[headers.IndexOf(HeaderId.From)].RawValue;
        Assert.True(InternetAddressList.TryParse(from, out InternetAddressList? list));
        Assert.Equal(name, list[0].Name);
        AssertTame(message);
    }

    [Fact]
    public void EncodedWords_CutNoCharacter()
    {
        var message = SampleReply.WithText("x", string.Concat(Enumerable.Repeat("😀س中é", 60)));
        foreach (var word in Written.Text(message).Split([' ', '\n']))
        {
            if (!word.StartsWith("=?", StringComparison.Ordinal))
                continue;
            Assert.InRange(word.Length, 1, 75);
            Assert.DoesNotContain('\uFFFD', Written.Headers($"S: {word}\n\n")[0].Value);
        }
    }

    [Theory]
    [InlineData("a\r\nBcc: victim@x.example")]
    [InlineData("a\nBcc: victim@x.example")]
    [InlineData("a\rBcc: victim@x.example")]
    [InlineData("a\r\n\r\nBcc: victim@x.example")]
    [InlineData("سلام\r\nBcc: victim@x.example\0")]
    public void LineEndsInValues_InjectNothing(string value)
    {
        var message = SampleReply.WithText("x", value);
        message.From.Clear();
        message.From.Add(new MailboxAddress(value, "get@example.com"));
        message.Headers.Add("X-Own", value);
        message.Headers.Add(HeaderId.Organization, value);
        var part = SampleReply.Attachment(value, new MemoryStream([1]));
        message.Body = part;
        Assert.DoesNotContain("bcc", Written.Headers(message).Select(header => header.Field.ToLowerInvariant()));
        var seen = Python.Parse(message);
        Assert.DoesNotContain("Bcc", seen.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("application/octet-stream", seen.GetProperty("structure")[0].GetString());
    }

    [Fact]
    public void HugeWord_StaysUnderTheLineLimit()
    {
        var subject = new string('x', 5000);
        var message = SampleReply.WithText("x", subject);
        Assert.Equal(subject, Python.Parse(message).GetProperty("subject").GetString());
        Assert.All(Written.Text(message).Split('\n'), line => Assert.InRange(line.Length, 0, 998));
    }

    [Fact]
    public void ManyReferences_AreFolded()
    {
        var message = SampleReply.WithText("x");
        for (var i = 0; i < 40; i++)
            message.References.Add($"message-number-{i}.with-a-long-identifier@mail.client.example");
        var seen = Python.Parse(message);
        Assert.Equal(42, seen.GetProperty("references").GetArrayLength());
        AssertTame(message);
    }

    [Fact]
    public void DateAndIdentifiers_AreAsSet()
    {
        var message = SampleReply.WithText("x");
        var headers = Written.Headers(message);
        Assert.Equal("Sun, 22 Nov 2026 15:04:05 +0330", headers[HeaderId.Date]);
        Assert.Equal("<reply-1@example.com>", headers[HeaderId.MessageId]);
        Assert.Equal("<request-1@client.example>", headers[HeaderId.InReplyTo]);
        Assert.Equal("reply-1@example.com", message.MessageId);
    }

    [Fact]
    public void EachField_StandsOnce()
    {
        var message = SampleReply.WithEverything();
        var names = Written.Headers(message).Select(header => header.Field.ToLowerInvariant()).ToArray();
        Assert.Equal(names.Distinct(), names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("with:colon")]
    [InlineData("new\nline")]
    public void UnlawfulName_IsRefused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new HeaderList().Add(name, "x"));

    static void AssertTame(MimeMessage message)
    {
        var seen = Python.Parse(message);
        Assert.True(seen.GetProperty("isAscii").GetBoolean());
        Assert.InRange(seen.GetProperty("longestHeaderLine").GetInt32(), 1, 78);
    }
}
