using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

public sealed class RequestedAddresses
{
    private const string AllFour = """
        X-Original-To: original@example.com
        Delivered-To: delivered@example.com
        To: Somebody <somebody@example.net>, "Get it" <to@example.com>
        Cc: cc@example.com
        """;

    [Fact]
    public void Envelope_ComesFirst() =>
        Assert.Equal("envelope@example.com", Find(AllFour, "envelope@example.com"));

    [Fact]
    public void XOriginalTo_ComesSecond() => Assert.Equal("original@example.com", Find(AllFour));

    [Fact]
    public void DeliveredTo_ComesThird() =>
        Assert.Equal("delivered@example.com",
            Find(AllFour.Replace("X-Original-To", "X-Other", StringComparison.Ordinal)));

    [Theory]
    [InlineData("To: Somebody <somebody@example.net>, \"Get it\" <to@example.com>\nCc: cc@example.com",
        "to@example.com")]
    [InlineData("Cc: CC@example.com\nTo: to@example.com", "cc@example.com")]
    [InlineData("To: everybody: <x@example.net>, <to@example.com>;", "to@example.com")]
    [InlineData("To: <<broken\nCc: cc@example.com", "cc@example.com")]
    [InlineData("To: somebody@example.net\nBcc: to@example.com", null)]
    public void FirstKnownOfToAndCc_ComesLast(string headers, string? expected) =>
        Assert.Equal(expected, Find(headers));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void EmptyEnvelope_IsPassedOver(string recipient) =>
        Assert.Equal("original@example.com", Find(AllFour, recipient));

    [Theory]
    [InlineData("Get@Example.COM", "get@example.com")]
    [InlineData("<get@example.com>", "get@example.com")]
    [InlineData("get@example.com.", "get@example.com")]
    [InlineData("get@b\u00FCcher.example", "get@xn--bcher-kva.example")]
    [InlineData("get@XN--BCHER-KVA.example.", "get@xn--bcher-kva.example")]
    [InlineData("get+fa@example.com", "get@example.com")]
    [InlineData("get+fa+x@b\u00FCcher.example.", "get@xn--bcher-kva.example")]
    [InlineData("get+tagged@example.com", "get+tagged@example.com")]
    [InlineData("get+tagged+x@example.com", "get@example.com")]
    [InlineData("+get@example.com", null)]
    [InlineData("unknown@example.com", null)]
    [InlineData("unknown+get@example.com", null)]
    [InlineData("get@localhost", null)]
    public void Address_IsAsTheBookHasIt(string recipient, string? expected) =>
        Assert.Equal(expected, Find("", recipient));

    [Theory]
    [InlineData("mail_responder+to@localhost", "to@example.com")]
    [InlineData("Mail_Responder+To@localhost.localdomain", "to@example.com")]
    [InlineData("mail_responder+to", "to@example.com")]
    [InlineData("mail_responder+to@example.com@localhost", "to@example.com")]
    [InlineData("mail_responder+to+fa@localhost", "to@example.com")]
    [InlineData("mail_responder+get+tagged@localhost", "get+tagged@example.com")]
    [InlineData("mail_responder+t@localhost", null)]
    public void RelayWrapping_IsRemoved(string wrapped, string? expected)
    {
        Assert.Equal(expected, Find("", wrapped));
        Assert.Equal(expected, Find($"X-Original-To: {wrapped}"));
        Assert.Equal(expected, Find($"Delivered-To: {wrapped}"));
    }

    [Theory]
    [InlineData("To: twice@example.org", "twice@example.org")]
    [InlineData("To: to@example.com\nCc: twice@example.com", "twice@example.com")]
    [InlineData("To: twice@example.net", null)]
    public void WrappedLocalPartOfSeveralDomains_IsToldByTheMessage(string headers, string? expected) =>
        Assert.Equal(expected, Find(headers, "mail_responder+twice@localhost"));

    [Theory]
    [InlineData("gett@open.example", "*@open.example")]
    [InlineData("Gett+fa@Open.Example.", "*@open.example")]
    [InlineData("*@open.example", "*@open.example")]
    [InlineData("get@open.example", "get@open.example")]
    [InlineData("get+fa@open.example", "get@open.example")]
    [InlineData("gett@sub.open.example", null)]
    [InlineData("@open.example", null)]
    [InlineData("no-reply@open.example", null)]
    [InlineData("list-owner@open.example", null)]
    [InlineData("postmaster@open.example", null)]
    [InlineData("abuse@open.example", null)]
    [InlineData("support+x@open.example", null)]
    [InlineData("\"support\"@open.example", null)]
    [InlineData("security@open.example", null)]
    public void AddressThatTheBookDoesNotKnow_IsAnsweredByTheEntryForThem(string recipient, string? expected) =>
        Assert.Equal(expected, Find("", recipient));

    [Theory]
    [InlineData("To: gett@open.example", null, "*@open.example")]
    [InlineData("To: gett@open.example\nCc: get@open.example", null, "get@open.example")]
    [InlineData("To: gett@open.example", "mail_responder+gett@localhost", "*@open.example")]
    [InlineData("To: other@open.example", "mail_responder+gett@localhost", null)]
    [InlineData("To: gett@other.example", "mail_responder+gett@localhost", null)]
    public void EntryForUnknownAddresses_ComesAfterTheKnownOnes(string headers, string? recipient, string? expected) =>
        Assert.Equal(expected, Find(headers, recipient));

    /// <summary>Mail to our own addresses is often about a reply, and must not be answered with another one.</summary>
    [Theory]
    [InlineData("get-help@example.com")]
    [InlineData("Bounces@example.com")]
    [InlineData("get-help@example.com.")]
    [InlineData("get-help+links@example.com")]
    [InlineData("\"bounces\"@EXAMPLE.com.")]
    public void OurOwnAddresses_AreNotMistyped(string recipient)
    {
        var message = IncomingMessage.Read(new MemoryStream("Subject: x\n\n"u8.ToArray()));
        Assert.Null(RequestedAddress.Find(
            recipient, message.Headers, TestBook.Of("*@example.com"), TestSettings.In("/")));
    }

    private static string? Find(string headers, string? recipient = null)
    {
        var message = IncomingMessage.Read(new MemoryStream(Encoding.UTF8.GetBytes(headers + "\n\n")));
        var book = TestBook.Of("to@example.com", "cc@example.com", "original@example.com", "delivered@example.com",
            "envelope@example.com", "twice@example.com", "twice@example.org",
            "get@example.com", "get+tagged@example.com", "get@xn--bcher-kva.example",
            "get@open.example", "*@open.example");
        return RequestedAddress.Find(RequestedAddress.Told(new Envelope(recipient), message.Headers), message.Headers,
            book, TestSettings.In("/"));
    }
}
