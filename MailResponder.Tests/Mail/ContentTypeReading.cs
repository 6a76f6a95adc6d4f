using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class ContentTypeReading
{
    [Fact]
    public void Report_IsRecognised()
    {
        const string text = "Multipart/Report; report-type=delivery-status; boundary=\"a;b\"";
        Assert.True(ContentType.TryParse(text, out ContentType? type));
        Assert.True(type.IsMimeType("multipart", "report"));
        Assert.Equal("delivery-status", type.Parameters["report-type"]);
        Assert.Equal("a;b", type.Boundary);
    }

    [Theory]
    [InlineData("application/x; name*=utf-8''%D8%B3%D9%84%D8%A7%D9%85.txt")]
    [InlineData("application/x; name*0*=utf-8''%D8%B3%D9%84; name*1*=%D8%A7%D9%85; name*2=.txt")]
    [InlineData("application/x; name=\"=?utf-8?B?2LPZhNin2YUudHh0?=\"")]
    public void NameInAnyForm_IsDecoded(string text)
    {
        Assert.True(ContentType.TryParse(text, out ContentType? type));
        Assert.Equal("سلام.txt", type.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("text/")]
    [InlineData("/plain")]
    public void WhatIsNoType_IsRefused(string text) => Assert.False(ContentType.TryParse(text, out _));
}
