using System.Globalization;
using MimeKit.Utils;

namespace MailResponder.Tests.Mail;

public sealed class DateReading
{
    [Theory]
    [InlineData("Mon, 02 Mar 2026 08:15:30 +0000", "2026-03-02T08:15:30+00:00")]
    [InlineData("Mon,  2 Mar 2026 08:15:30 -0800 (PST)", "2026-03-02T08:15:30-08:00")]
    [InlineData("2 mar 2026 08:15 +0330", "2026-03-02T08:15:00+03:30")]
    [InlineData("Fri, 02\r\n\tMar 2026 08:15:30 GMT", "2026-03-02T08:15:30+00:00")]
    [InlineData(" Mon (day (nested \\) one)),2(nd)Mar 26 23:59:60 EST ", "2026-03-02T23:59:59-05:00")]
    [InlineData("2 Mar 99 08:15:30 Z", "1999-03-02T08:15:30+00:00")]
    [InlineData("2 Mar 126 08:15:30", "2026-03-02T08:15:30+00:00")]
    [InlineData("29 Feb 2024 00:00:00 +9999", "2024-02-29T00:00:00+00:00")]
    [InlineData("2 Mar 2026 08:15:30 +0000 and more, and more, and more", "2026-03-02T08:15:30+00:00")]
    public void Date_IsReadInEveryFormOfTheRfc(string text, string expected)
    {
        Assert.True(DateUtils.TryParse(text, out var date));
        Assert.Equal(expected, date.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("Mon,")]
    [InlineData("Mon, 2 Mar 2026")]
    [InlineData("Mon, 30 Feb 2026 08:15:30 +0000")]
    [InlineData("Mon, 0 Mar 2026 08:15:30 +0000")]
    [InlineData("Mon, 2 March 2026 08:15:30 +0000")]
    [InlineData("Mon, 2 Mar 20260 08:15:30 +0000")]
    [InlineData("Mon, 2 Mar 0001 08:15:30 +0000")]
    [InlineData("Mon, 2 Mar 9999 08:15:30 -1200")]
    [InlineData("Mon, 2 Mar 2026 24:00:00 +0000")]
    [InlineData("Mon, 2 Mar 2026 08:15:30:30 +0000")]
    [InlineData("Mon, ٢ Mar 2026 08:15:30 +0000")]
    [InlineData("2026-03-02T08:15:30Z")]
    public void Anything_ElseIsNoDate(string text) => Assert.False(DateUtils.TryParse(text, out _));
}
